"""Edges of balancing, scaling, clusters, data services and calls, drawn."""

from __future__ import annotations

from edge_cases import case
from edge_cases_base import VSW, VSW_I, H, I
from graph_estates import make, members, server

from advisor.model.inventory import Resource

WEB, PAY = {"app": "web"}, {"app": "pay"}
CLUSTER = "c" + "0" * 32

ALB = make("load_balancer", "alb-1", lb_type="alb")
PORT_443 = make("listener", "l-443", load_balancer_id="alb-1", port=443, server_group_ids=("sgp-1",))
TWO = (server("i-1"), server("i-2"))
BALANCING = (
    case("default backends", "balancing.backend", "CLB → default backends", "BackendServers[]",
         "lb-1 --k_of_n--> i-1\nlb-1 --k_of_n--> i-2", *TWO,
         make("load_balancer", "lb-1", backends=members("i-1", "i-2"))),
    case("drained backend", "balancing.backend", "backend with weight 0: none", "Weight",
         "lb-1 --k_of_n--> i-1", *TWO,
         make("load_balancer", "lb-1", backends=(*members("i-1"), {"server_id": "i-2", "weight": 0}))),
    case("stopped backend", "balancing.backend", "stopped backend: stays, counts nothing", "Instance.Status",
         "lb-1 --k_of_n--> i-1", server("i-1", status="Stopped"),
         make("load_balancer", "lb-1", backends=members("i-1")), note="does not serve now"),
    case("unused default backends", "balancing.backend", "default backends that no listener uses: none",
         "Listeners[].VServerGroupId", "", *TWO, make("load_balancer", "lb-1", backends=members("i-1")),
         make("listener", "l-1", load_balancer_id="lb-1", server_group_ids=("rsp-1",))),
    case("listener", "balancing.listener", "listener → balancer", "LoadBalancerId", "l-443 --hard--> alb-1",
         ALB, PORT_443),
    case("listener's group", "balancing.listener_group", "listener → its only server group",
         "ServerGroupId, VServerGroupId, DefaultActions", "l-443 --hard--> sgp-1", ALB, PORT_443),
    case("listener's groups", "balancing.listener_group", "listener → groups by default and by rule",
         "RuleActions ForwardGroupConfig", "l-1 --k_of_n--> sgp-1\nl-1 --k_of_n--> sgp-2", ALB,
         make("listener", "l-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",),
              rule_server_group_ids=("sgp-2",))),
    case("mirrored listener", "balancing.mirror", "listener → group that gets a copy of its traffic",
         "TrafficMirrorConfig.MirrorGroupConfig", "lsn-1 --soft--> sgp-2",
         make("listener", "lsn-1", load_balancer_id="alb-1", server_group_ids=("sgp-1",),
              mirror_server_group_ids=("sgp-2",))),
    case("redirect-only listener", "balancing.listener_group", "listener that only redirects: none",
         "DefaultActions", "", ALB, make("listener", "l-80", load_balancer_id="alb-1", port=80, server_group_ids=())),
    case("forward listener", "balancing.forward", "listener → listener it sends to", "ListenerForward, ForwardPort",
         "l-80 --hard--> l-443", ALB, PORT_443,
         make("listener", "l-80", load_balancer_id="alb-1", port=80, forward_port=443)),
    case("balancer's group", "balancing.group", "balancer → its only server group", "listeners",
         "alb-1 --hard--> sgp-1", ALB, PORT_443),
    case("balancer's groups", "balancing.group", "balancer → several server groups", "listeners",
         "alb-1 --k_of_n--> sgp-1\nalb-1 --k_of_n--> sgp-2", ALB, PORT_443,
         make("server_group", "sgp-2", load_balancer_ids=("alb-1",))),
    case("group names its balancer", "balancing.group", "balancer → group, where listeners are missing",
         "RelatedLoadBalancerIds[]", "nlb-1 --hard--> sgp-1", make("load_balancer", "nlb-1"),
         make("server_group", "sgp-1", load_balancer_ids=("nlb-1",))),
    case("members by id", "balancing.member", "server group → members", "BackendServers[], ListServerGroupServers",
         "sgp-1 --k_of_n--> i-1\nsgp-1 --k_of_n--> i-2", *TWO,
         make("server_group", "sgp-1", members=members("i-1", "i-2", status="Available"))),
    case("unhealthy member", "balancing.member", "unhealthy member: state, not structure", "HealthStatus",
         "sgp-1 --k_of_n--> i-1", *TWO,
         make("server_group", "sgp-1", members=({"server_id": "i-1", "weight": 100, "health": "abnormal"},)),
         note="server_id"),
    case("master and slave", "balancing.member", "master/slave group → both", "ServerType Master, Slave",
         "rsp-1 --failover--> i-1\nrsp-1 --failover--> i-2", *TWO, make("server_group", "rsp-1", members=(
             {"server_id": "i-1", "role": "master"}, {"server_id": "i-2", "role": "slave"}))),
    case("member by interface", "balancing.member", "server group → instance of the interface", "ServerType Eni",
         "sgp-1 --k_of_n--> i-1", server("i-1"), make("network_interface", "eni-1", instance_id="i-1"),
         make("server_group", "sgp-1", members=members("eni-1"))),
    case("member by address", "balancing.member", "server group → instance with the address, same VPC",
         "ServerType Ip, ServerIp", "sgp-1 ~~k_of_n~~> i-1\nsgp-1 ~~k_of_n~~> ip:10.9.9.9",
         server("i-1", private_ips=("10.0.0.1",)), make("instance", "i-2", vpc_id="vpc-2", private_ips=("10.9.9.9",)),
         make("server_group", "sgp-1", vpc_id="vpc-1", members=(
             {"server_ip": "10.0.0.1", "weight": 1}, {"server_ip": "10.9.9.9", "weight": 1}))),
    case("member by secondary address", "balancing.member", "server group → instance of the interface's address",
         "PrivateIpSets[]", "sgp-1 ~~k_of_n~~> i-1", server("i-1"),
         make("network_interface", "eni-1", instance_id="i-1", vpc_id="vpc-1", private_ips=("10.0.0.1", "10.0.0.2")),
         make("server_group", "sgp-1", vpc_id="vpc-1", members=({"server_ip": "10.0.0.2", "weight": 1},))),
    case("scaling group", "balancing.scaling_member", "scaling group → members",
         "ScalingInstances[], tag acs:autoscaling:…", "asg-1 --k_of_n--> i-1\nasg-1 --k_of_n--> i-2", server("i-1"),
         server("i-2", tags={"acs:autoscaling:scalingGroupId": "asg-1"}),
         make("scaling_group", "asg-1", instance_ids=("i-1",))),
    case("member on standby", "balancing.scaling_member", "member on standby, coming or going: none",
         "LifecycleState", "asg-1 --k_of_n--> i-2", *TWO, make(
             "scaling_group", "asg-1", instance_ids=("i-1", "i-2"),
             members=({"instance_id": "i-1", "lifecycle_state": "Standby"},))),
    case("member leaving", "balancing.member", "member being added or removed: none", "Status",
         "sgp-1 --k_of_n--> i-2", *TWO, make("server_group", "sgp-1", members=(
             *members("i-1", status="Removing"), *members("i-2", status="Available")))),
    case("protected member", "balancing.scaling_member", "protected member: serves on", "LifecycleState Protected",
         "asg-1 --k_of_n--> i-1", server("i-1"), make(
             "scaling_group", "asg-1", instance_ids=("i-1",),
             members=({"instance_id": "i-1", "lifecycle_state": "Protected"},)), note="member list or tag"),
    case("scaling group over zones", "place.zones", "scaling group → zones of its vSwitches", "VSwitchIds[]",
         f"asg-1 ~~k_of_n~~> {H}\nasg-1 ~~k_of_n~~> {I}", VSW, VSW_I,
         make("scaling_group", "asg-1", vswitch_ids=("vsw-1", "vsw-2"))),
    case("scaling group in one zone", "place.zone", "scaling group with one vSwitch → its zone", "VSwitchIds[]",
         f"asg-1 ~~containment~~> {H}\nvsw-1 --containment--> {H}", VSW,
         make("scaling_group", "asg-1", vswitch_ids=("vsw-1",)), note="zone"),
    case("scaling group fills an empty group", "balancing.scaling_front", "balancer, server group → scaling group",
         "LoadBalancerIds, …ServerGroups[]", "sgp-1 --k_of_n--> asg-1", server("i-1"), make("server_group", "sgp-1"),
         make("scaling_group", "asg-1", instance_ids=("i-1",), server_group_ids=("sgp-1",))),
    case("scaling group beside members", "balancing.scaling_front", "group whose members are listed → scaling group",
         "…ServerGroups[]", "sgp-1 --control--> asg-1", server("i-1"),
         make("server_group", "sgp-1", members=members("i-1")),
         make("scaling_group", "asg-1", instance_ids=("i-1",), server_group_ids=("sgp-1",))),
    case("scaling group and database", "balancing.scaling_database", "members → database that lets them in",
         "DBInstanceIds[]", "i-1 ~~hard~~> rm-1", server("i-1", tags=WEB), make("database", "rm-1", tags=WEB),
         make("scaling_group", "asg-1", instance_ids=("i-1",), db_ids=("rm-1",))),
    case("scaling image", "balancing.scaling_image", "scaling group → image in force", "ScalingConfiguration.ImageId",
         "asg-1 --control--> m-2", make("scaling_group", "asg-1", configurations=(
             {"image_id": "m-1", "active": False}, {"image_id": "m-2", "active": True}))),
    case("scaling security group", "balancing.scaling_security", "scaling group → security groups",
         "ScalingConfiguration.SecurityGroupIds", "asg-1 --control--> sg-1",
         make("scaling_group", "asg-1", configurations=({"security_group_ids": ("sg-1",)},))),
    case("launch template", "balancing.scaling_template", "scaling group → launch template", "LaunchTemplateId",
         "asg-1 --control--> lt-1", make("scaling_group", "asg-1", launch_template_id="lt-1")),
    case("cluster nodes", "balancing.cluster_node", "ACK cluster → nodes",
         "nodes, tag ack.aliyun.com, worker-k8s-for-cs-…",
         f"{CLUSTER} ~~k_of_n~~> i-1\n{CLUSTER} ~~k_of_n~~> i-2", make("cluster", CLUSTER),
         server("i-1", name=f"worker-k8s-for-cs-{CLUSTER}"), server("i-2", tags={"ack.aliyun.com": CLUSTER})),
    case("cluster service", "balancing.cluster_service", "service balancer → cluster", "generated name, cluster's tag",
         f"lb-1 ~~hard~~> {CLUSTER}", make("cluster", CLUSTER),
         make("load_balancer", "lb-1", "a" + "0" * 31, tags={"ack.aliyun.com": CLUSTER})),
    case("cluster API", "balancing.cluster_api", "cluster → balancer of its API server", "external_loadbalancer_id",
         f"{CLUSTER} --control--> lb-1", make("cluster", CLUSTER, load_balancer_ids=("lb-1",))),
)  # fmt: skip

CLIENTS = (
    server("i-1", private_ips=("10.0.0.5",), tags=WEB), server("i-2", private_ips=("10.0.17.1",), tags=WEB),
    make("vpc", "vpc-1", cidr="10.0.0.0/19"), VSW,
)  # fmt: skip


def store(*entries: str) -> Resource:
    return make("database", "rm-1", tags=WEB, vpc_id="vpc-1", security_ips=entries)


def job(**more: object) -> Resource:
    status = str(more.pop("status", "synchronizing"))
    ends = {"source_id": "rm-1", "destination_id": "rm-2"}
    return make("dts_job", "dts-1", status=status, **{**ends, **more})  # type: ignore[arg-type]


MOUNT = {"domain": "fs-1-a.cn-hangzhou.nas.aliyuncs.com", "vpc_id": "vpc-1", "access_group": "web"}


def access(block: str) -> Resource:
    return make("access_group", "web:standard:cn-hangzhou", "web", rules=({"source_cidr": block},))


DATA = (
    case("read replica", "data.read_replica", "replica → primary", "MasterInstanceId, ReadOnlyDBInstanceIds[]",
         "rr-1 --soft--> rm-1\nrr-2 --soft--> rm-1", make("database", "rm-1", readonly_ids=("rr-1",)),
         make("database", "rr-1"), make("database", "rr-2", master_id="rm-1"), note="fresh data"),
    case("disaster recovery instance", "data.dr_instance", "primary → its copy", "GuardDBInstanceId, DrReplicaInfo",
         "rm-1 --recovery--> rm-2", make("database", "rm-1", dr_instance_id="rm-2")),
    case("cache replica", "data.cache_replica", "cache → its replica", "ReplacateId",
         "r-1 --recovery--> r-2", make("cache", "r-1", replica_id="r-2")),
    case("global cache", "data.cache_global", "parts of one distributed instance, both ways", "GlobalInstanceId",
         "r-1 --recovery--> r-2\nr-2 --recovery--> r-1", make("cache", "r-1", global_instance_id="gr-1"),
         make("cache", "r-2", region="cn-shanghai", global_instance_id="gr-1"), make("cache", "r-3")),
    case("job and its ends", "data.dts_end", "job → both ends", "…Endpoint.InstanceID",
         "dts-1 --hard--> rm-1\ndts-1 --hard--> rm-2", job()),
    case("job from an own database", "data.dts_end", "job → instance with the address", "…Endpoint.Ip",
         "dts-1 --hard--> rm-2\ndts-1 ~~hard~~> i-1", server("i-1", private_ips=("10.0.0.5",)),
         job(source_id="", source_address="10.0.0.5")),
    case("freshness", "data.dts_freshness", "destination → job that works", "Status",
         "rm-2 --soft--> dts-1", job()),
    case("copy", "data.dts_copy", "source → destination", "SourceEndpoint, DestinationEndpoint",
         "rm-1 ~~recovery~~> rm-2", job()),
    case("copy both ways", "data.dts_copy", "each end → the other", "DtsJobDirection, ReverseJob",
         "rm-1 ~~recovery~~> rm-2\nrm-2 ~~recovery~~> rm-1", job(directions=("forward", "reverse"))),
    case("freshness both ways", "data.dts_freshness", "each end → job", "DtsJobDirection, ReverseJob",
         "rm-1 --soft--> dts-1\nrm-2 --soft--> dts-1", job(directions=("forward", "reverse"))),
    case("job that stands", "data.dts_copy", "job that copies nothing: none", "Status", "", job(status="stopped")),
    case("allow list, address", "data.allow_list", "instance → store that lets it in", "SecurityIPList",
         "i-1 ~~hard~~> rm-1", *CLIENTS, store("10.0.0.5")),
    case("allow list, vSwitch", "data.allow_list", "instances of a vSwitch's block → store",
         "SecurityIPList, CidrBlock", "i-2 ~~hard~~> rm-1", *CLIENTS, store("10.0.16.0/20")),
    case("allow list, nothing usable", "data.allow_list", "loopback, everything, the provider's range: none",
         "SecurityIPList", "", *CLIENTS, store("127.0.0.1", "0.0.0.0/0", "100.64.0.0/10", "100.104.5.0/24")),
    case("allow list, whole VPC", "data.allow_list", "instances of the VPC's block → store", "SecurityIPList",
         "i-1 ..hard..> rm-1\ni-2 ..hard..> rm-1", *CLIENTS, store("10.0.0.0/19")),
    case("allow list, other VPC", "data.allow_list", "the only instance with the address, in another VPC",
         "SecurityIPList", "i-9 ..hard..> rm-1", store("10.8.0.5"),
         make("instance", "i-9", vpc_id="vpc-2", private_ips=("10.8.0.5",), tags=WEB), note="in another VPC"),
    case("allow list of another workload", "data.allow_list", "instance of one workload → store of another",
         "SecurityIPList", "i-1 ::hard::> rm-1", server("i-1", private_ips=("10.0.0.5",), tags=PAY), store("10.0.0.5")),
    case("allow list of a cache", "data.allow_list", "instance → cache, PolarDB",
         "SecurityIps, DBClusterAccessWhitelist",
         "i-1 ~~hard~~> r-1", *CLIENTS, make("cache", "r-1", tags=WEB, vpc_id="vpc-1", security_ips=("10.0.0.5",))),
    case("client of a file system", "data.mounted_client", "server that used a file system → file system",
         "Clients[].ClientIP", "i-1 ~~hard~~> fs-1", *CLIENTS,
         make("file_system", "fs-1", mount_targets=(MOUNT,), clients=({"address": "10.0.0.5"},)), note="used it"),
    case("client of another workload", "data.mounted_client", "server of one workload → file system of another",
         "Clients[].ClientIP", "i-1 ::hard::> fs-1", server("i-1", private_ips=("10.0.0.5",), tags=PAY),
         server("i-2", tags=WEB), make("file_system", "fs-1", tags=WEB, mount_targets=(MOUNT,),
                                        clients=({"address": "10.0.0.5"},))),
    case("client of another network", "data.mounted_client", "address that no server of its VPC has: none",
         "Clients[].ClientIP", "", make("instance", "i-9", vpc_id="vpc-2", private_ips=("10.0.0.5",)),
         make("file_system", "fs-1", mount_targets=(MOUNT,), clients=({"address": "10.0.0.5"},))),
    case("let in by an access group", "data.file_access", "server that the rules let in → file system",
         "MountTargets[], AccessRules[].SourceCidrIp", "i-1 ..hard..> fs-1\ni-2 ..hard..> fs-1", *CLIENTS,
         make("file_system", "fs-1", mount_targets=(MOUNT,)), access("0.0.0.0/0"), note="access group web lets in"),
    case("let in and client", "data.file_access", "server that is known to use it: no guess",
         "Clients[].ClientIP", "i-2 ..hard..> fs-1", *CLIENTS, access("10.0.0.0/16"),
         make("file_system", "fs-1", mount_targets=(MOUNT,), clients=({"address": "10.0.0.5"},))),
    case("rules not listed", "data.file_access", "mount target whose access rules are not listed: none",
         "MountTargets[].AccessGroup", "", *CLIENTS, make("file_system", "fs-1", mount_targets=(MOUNT,)),
         make("access_group", "web:extreme:cn-hangzhou", "web", file_system_type="extreme",
              rules=({"source_cidr": "10.0.0.5"},))),
    case("allowed security group", "data.security_group", "members of a security group → store",
         "EcsSecurityGroupRelation", "i-1 ~~hard~~> rm-1", server("i-1", tags=WEB, security_group_ids=("sg-1",)),
         make("database", "rm-1", tags=WEB, security_group_ids=("sg-1",))),
)  # fmt: skip

ACCEPT = {"direction": "ingress", "policy": "accept", "protocol": "tcp", "port_range": "3306/3306", "priority": 10}
DROP = {"direction": "ingress", "policy": "drop", "protocol": "all", "port_range": "-1/-1", "source_group_id": "sg-1"}


def rules(*listed: dict[str, object]) -> tuple[Resource, ...]:
    return (
        server("i-1", tags=WEB, security_group_ids=("sg-1",), private_ips=("10.0.16.1",), vswitch_id="vsw-1"),
        server("i-2", tags=PAY, security_group_ids=("sg-2",)), VSW, make("security_group", "sg-1", vpc_id="vpc-1"),
        make("security_group", "sg-2", vpc_id="vpc-1", rules=listed),
    )  # fmt: skip


CALLS = (
    case("permitted by group", "calls.security_group", "members of a group → members of another",
         "Permissions[].SourceGroupId", "sg-1 ::hard::> sg-2", *rules(ACCEPT | {"source_group_id": "sg-1"}),
         note="MySQL"),
    case("denied", "calls.security_group", "drop of the same or a lower number: none", "Policy, Priority", "",
         *rules(ACCEPT | {"source_group_id": "sg-1"}, DROP | {"priority": 10})),
    case("denied too late", "calls.security_group", "drop of a higher number: permitted", "Policy, Priority",
         "sg-1 ::hard::> sg-2", *rules(ACCEPT | {"source_group_id": "sg-1"}, DROP | {"priority": 11})),
    case("within the group", "calls.security_group", "a group to itself: none", "SourceGroupId", "",
         *rules(ACCEPT | {"source_group_id": "sg-2"})),
    case("allowed on the way out", "calls.security_group", "the same, with an egress rule that leads there",
         "Permissions[].DestGroupId, DestCidrIp", "sg-1 ::hard::> sg-2",
         server("i-1", tags=WEB, security_group_ids=("sg-1",)),
         server("i-2", tags=PAY, security_group_ids=("sg-2",), private_ips=("10.0.16.7",)),
         make("security_group", "sg-1", vpc_id="vpc-1", rules=(
             {"direction": "egress", "policy": "accept", "dest_cidr": "10.0.16.0/24"},)),
         make("security_group", "sg-2", vpc_id="vpc-1", rules=(ACCEPT | {"source_group_id": "sg-1"},)),
         note="allowed on the way out too"),
    case("referenced", "calls.security_group", "group → group whose rules, not listed, name it",
         "SecurityGroupReferences[].ReferencingSecurityGroups", "sg-1 ..hard..> sg-2",
         server("i-1", tags=WEB, security_group_ids=("sg-1",)), server("i-2", tags=PAY, security_group_ids=("sg-2",)),
         make("security_group", "sg-1", referenced_by=("sg-2",)), make("security_group", "sg-2"),
         note="port and direction unknown"),
    case("referenced by listed rules", "calls.security_group", "group whose rules are listed: they tell",
         "SecurityGroupReferences[]", "", server("i-1", tags=WEB, security_group_ids=("sg-1",)),
         server("i-2", tags=PAY, security_group_ids=("sg-2",)),
         make("security_group", "sg-1", referenced_by=("sg-2",)), make("security_group", "sg-2", rules=())),
    case("permitted by address", "calls.address", "instance with the address → members", "SourceCidrIp /32",
         "i-1 ::hard::> sg-2", *rules(ACCEPT | {"source_cidr": "10.0.16.1/32"})),
    case("permitted by subnet", "calls.subnet", "vSwitch with the block → members", "SourceCidrIp",
         "vsw-1 ::hard::> sg-2", *rules(ACCEPT | {"source_cidr": "10.0.16.0/20"})),
    case("permitted to everybody", "calls.subnet", "0.0.0.0/0 and blocks of /16 and wider: none", "SourceCidrIp", "",
         *rules(ACCEPT | {"source_cidr": "0.0.0.0/0"}, ACCEPT | {"source_cidr": "10.0.0.0/16"})),
    case("equals by name", "calls.peers", "instances named alike with numbers", "InstanceName",
         "i-1 ..k_of_n..> i-2", server("i-1", name="prd-crm-app-01"), server("i-2", name="prd-crm-app-02")),
    case("pair by name", "calls.peers", "two of a data tier", "InstanceName",
         "i-1 ..failover..> i-2", server("i-1", name="prd-crm-db-01"), server("i-2", name="prd-crm-db-02")),
    case("default names", "calls.peers", "names given by default: none", "InstanceName", "",
         server("i-1", name="launch-advisor-20240101"), server("i-2", name="launch-advisor-20240102")),
    case("tiers by name", "calls.tiers", "application tier → data tier of one name", "InstanceName",
         "i-1 ..hard..> i-2", server("i-1", name="crm-app-01"), server("i-2", name="crm-db-01")),
    case("related by type", "place.vpc", "Resource Center pair of known kinds", "ResourceRelationships[]",
         "i-1 ~~containment~~> vpc-1", make("instance", "i-1", related_ids=("vpc-1",)),
         make("vpc", "vpc-1", related_ids=("i-1",)), note="Resource Center"),
    case("related to a security group", "network.security_group", "Resource Center pair with a security group",
         "ResourceRelationships[]", "alb-1 ~~control~~> sg-1", make("load_balancer", "alb-1", related_ids=("sg-1",)),
         make("security_group", "sg-1", related_ids=("alb-1",)), note="Resource Center"),
    case("node of a cluster by relation", "balancing.cluster_node", "Resource Center pair of cluster and server",
         "ResourceRelationships[]", f"{CLUSTER} ~~k_of_n~~> i-1", server("i-1", related_ids=(CLUSTER,)),
         make("cluster", CLUSTER, related_ids=("i-1",))),
    case("related, unnamed", "related.pair", "Resource Center pair of other kinds, once", "ResourceRelationships[]",
         "b-1 ..soft..> i-1", server("i-1", related_ids=("b-1",)), make("bucket", "b-1", related_ids=("i-1",)),
         note="direction and meaning unknown"),
    case("related and named", "related.pair", "pair that a field explains: none of its own", "ResourceRelationships[]",
         "", make("database", "rm-1", readonly_ids=("rr-1",), related_ids=("rr-1",)),
         make("database", "rr-1", related_ids=("rm-1",))),
)  # fmt: skip
