"""API answers: every operation that is read, every wrapping, every way to name the parent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.model.inventory import ImportResult

Make = Callable[..., ImportResult]
Counts = Callable[[ImportResult], dict[str, int]]

INSTANCE = {
    "InstanceId": "i-bp1aaaa", "InstanceName": "订单-01", "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h", "Status": "Running",
    "InstanceType": "ecs.i2.xlarge", "Cpu": 4, "Memory": 32768, "ImageId": "m-bp1img", "InstanceChargeType": "PostPaid",
    "ExpiredTime": "2099-12-31T15:59Z", "CreationTime": "2024-04-14T22:32Z", "StoppedMode": "Not-applicable",
    "LocalStorageCapacity": 894, "LocalStorageAmount": 1, "OSType": "linux", "OSName": "Ubuntu 22.04", "SpotStrategy": "NoSpot",
    "DeploymentSetId": "ds-bp1set", "InstanceNetworkType": "vpc", "SecurityGroupIds": {"SecurityGroupId": ["sg-bp1a", "sg-bp1b"]},
    "VpcAttributes": {"VpcId": "vpc-bp1a", "VSwitchId": "vsw-bp1a", "PrivateIpAddress": {"IpAddress": ["10.0.0.1"]}},
    "PublicIpAddress": {"IpAddress": []}, "EipAddress": {"AllocationId": "eip-bp1a", "IpAddress": "203.0.113.9"},
    "Tags": {"Tag": [{"TagKey": "app", "TagValue": "orders"}, {"TagKey": "acs:autoscaling:scalingGroupId", "TagValue": "asg-bp1"}]},
}  # fmt: skip
DISK = {
    "DiskId": "d-bp1aaaa", "DiskName": "data", "RegionId": "cn-hangzhou", "ZoneId": "cn-hangzhou-h", "Status": "In_use", "Size": 200,
    "Category": "cloud_essd", "PerformanceLevel": "PL1", "Type": "data", "InstanceId": "i-bp1aaaa",
    "Attachments": {"Attachment": [{"InstanceId": "i-bp1aaaa"}, {"InstanceId": "i-bp1bbbb"}]}, "MultiAttach": "Enabled",
    "AutoSnapshotPolicyId": "sp-bp1a", "EnableAutomatedSnapshotPolicy": True, "DeleteAutoSnapshot": False, "Encrypted": True,
    "KMSKeyId": "key-1", "Device": "/dev/xvdb", "SourceSnapshotId": "", "ImageId": "", "DeleteWithInstance": False,
    "DiskChargeType": "PostPaid", "AttachedTime": "2024-04-14T22:32:11Z", "DetachedTime": "", "IOPS": 11800, "ProvisionedIops": 0,
}  # fmt: skip

ANSWERS: dict[str, tuple[dict[str, Any], str, str, dict[str, Any]]] = {
    "DescribeInstances": (
        {"Instances": {"Instance": [INSTANCE]}, "TotalCount": 1}, "instance", "i-bp1aaaa",
        {"instance_type": "ecs.i2.xlarge", "cpu": 4, "memory_mib": 32768, "image_id": "m-bp1img", "vpc_id": "vpc-bp1a",
         "vswitch_id": "vsw-bp1a", "security_group_ids": ("sg-bp1a", "sg-bp1b"), "private_ips": ("10.0.0.1",),
         "public_ips": ("203.0.113.9",), "eip_id": "eip-bp1a", "charge_type": "PostPaid", "stopped_mode": "Not-applicable",
         "local_storage_gib": 894, "local_storage_amount": 1, "os_type": "linux", "os_name": "Ubuntu 22.04",
         "deployment_set_id": "ds-bp1set", "scaling_group_id": "asg-bp1", "network_type": "vpc", "expired_at": "",
         "created_at": "2024-04-14T22:32:00Z", "spot_strategy": "NoSpot"},
    ),
    "DescribeDisks": (
        {"Disks": {"Disk": [DISK]}, "TotalCount": 1}, "disk", "d-bp1aaaa",
        {"size_gib": 200, "category": "cloud_essd", "performance_level": "PL1", "disk_type": "data",
         "instance_ids": ("i-bp1aaaa", "i-bp1bbbb"), "snapshot_policy_ids": ("sp-bp1a",), "auto_snapshot_enabled": True,
         "delete_auto_snapshot": False, "encrypted": True, "kms_key_id": "key-1", "multi_attach": True, "device": "/dev/xvdb",
         "source_snapshot_id": "", "image_id": "", "delete_with_instance": False, "charge_type": "PostPaid",
         "attached_at": "2024-04-14T22:32:11Z", "detached_at": "", "iops": 11800, "provisioned_iops": 0},
    ),
    "DescribeDisks regional": (
        {"Disks": {"Disk": [{**DISK, "ZoneId": "", "Category": "cloud_regional_disk_auto",
                             "Placement": {"ZoneIds": "cn-hangzhou-h,cn-hangzhou-i"}}]}}, "disk", "d-bp1aaaa",
        {"category": "cloud_regional_disk_auto", "_zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "_zone": "cn-hangzhou-h"},
    ),
    "DescribeSnapshots": (
        {"Snapshots": {"Snapshot": [{"SnapshotId": "s-bp1a", "SnapshotName": "auto", "SourceDiskId": "d-bp1aaaa", "SourceDiskSize": "200",
            "CreationTime": "2024-05-01T02:00:11Z", "Progress": "100%", "RetentionDays": 7, "Encrypted": False, "SourceSnapshotId": "s-uf6a",
            "SourceRegionId": "cn-shanghai", "InstantAccess": False, "Category": "Standard", "Usage": "image_disk",
            "SnapshotType": "timer", "Status": "accomplished", "FullSnapshotSizeInBytes": 10737418240}]}}, "snapshot", "s-bp1a",
        {"source_disk_id": "d-bp1aaaa", "source_disk_size_gib": 200, "size_gib": 10.0, "created_at": "2024-05-01T02:00:11Z",
         "progress": "100%", "retention_days": 7, "encrypted": False, "source_snapshot_id": "s-uf6a", "source_region": "cn-shanghai",
         "instant_access": False, "category": "standard", "usage": "image_disk", "snapshot_type": "auto", "_status": "accomplished"},
    ),
    "DescribeAutoSnapshotPolicyEx": (
        {"AutoSnapshotPolicies": {"AutoSnapshotPolicy": [{"AutoSnapshotPolicyId": "sp-bp1a", "AutoSnapshotPolicyName": "n", "Status": "Normal",
            "TimePoints": '["0", "12"]', "RepeatWeekdays": '["1","7"]', "RetentionDays": -1, "EnableCrossRegionCopy": True,
            "TargetCopyRegions": '["cn-shanghai"]', "CopiedSnapshotsRetentionDays": 30, "RegionId": "cn-hangzhou",
            "TargetTags": {"TargetTag": [{"TagKey": "backup", "TagValue": "yes"}]}}]}}, "snapshot_policy", "sp-bp1a",
        {"time_points": (0, 12), "repeat_weekdays": (1, 7), "retention_days": -1, "copy_enabled": True, "copy_regions": ("cn-shanghai",),
         "copy_retention_days": 30, "target_tags": {"backup": "yes"}, "_status": "Normal"},
    ),
    "DescribeSecurityGroupAttribute": (
        {"SecurityGroupId": "sg-bp1a", "SecurityGroupName": "db", "VpcId": "vpc-bp1a", "RegionId": "cn-hangzhou", "InnerAccessPolicy": "Accept",
         "Permissions": {"Permission": [{"Direction": "ingress", "Policy": "Accept", "IpProtocol": "TCP", "PortRange": "3306/3306",
                                         "SourceGroupId": "sg-bp1b", "SourceCidrIp": "", "Priority": "1"}]}}, "security_group", "sg-bp1a",
        {"vpc_id": "vpc-bp1a", "rules": ({"direction": "ingress", "policy": "accept", "protocol": "tcp", "port_range": "3306/3306",
                                          "source_group_id": "sg-bp1b", "priority": 1},)},
    ),
    "DescribeNetworkInterfaces": (
        {"NetworkInterfaceSets": {"NetworkInterfaceSet": [{"NetworkInterfaceId": "eni-bp1a", "VSwitchId": "vsw-bp1a", "InstanceId": "i-bp1aaaa",
            "ZoneId": "cn-hangzhou-h", "PrivateIpAddress": "10.0.0.1",
            "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.1"}, {"PrivateIpAddress": "10.0.0.2"}]}}]}},
        "network_interface", "eni-bp1a", {"instance_id": "i-bp1aaaa", "private_ips": ("10.0.0.1", "10.0.0.2"), "vswitch_id": "vsw-bp1a"},
    ),
    "DescribeDeploymentSets": (
        {"DeploymentSets": {"DeploymentSet": [{"DeploymentSetId": "ds-bp1set", "Strategy": "Availability",
                                               "InstanceIds": {"InstanceId": ["i-bp1aaaa"]}}]}, "RegionId": "cn-hangzhou"},
        "deployment_set", "ds-bp1set", {"instance_ids": ("i-bp1aaaa",), "strategy": "Availability", "_region": "cn-hangzhou"},
    ),
    "DescribeVpcs": (
        {"Vpcs": {"Vpc": [{"VpcId": "vpc-bp1a", "VpcName": "main", "CidrBlock": "10.0.0.0/8", "IsDefault": False, "RegionId": "cn-hangzhou",
                           "VRouterId": "vrt-1", "VSwitchIds": {"VSwitchId": ["vsw-bp1a"]}, "Tags": {"Tag": [{"Key": "env", "Value": "prod"}]}}]}},
        "vpc", "vpc-bp1a", {"cidr": "10.0.0.0/8", "is_default": False, "_tags": {"env": "prod"}},
    ),
    "DescribeVSwitches": (
        {"VSwitches": {"VSwitch": [{"VSwitchId": "vsw-bp1a", "VpcId": "vpc-bp1a", "ZoneId": "ap-southeast-1a", "CidrBlock": "10.0.1.0/24"}]}},
        "vswitch", "vsw-bp1a", {"vpc_id": "vpc-bp1a", "cidr": "10.0.1.0/24", "_region": "ap-southeast-1", "_zone": "ap-southeast-1a"},
    ),
    "DescribeEipAddresses": (
        {"EipAddresses": {"EipAddress": [{"AllocationId": "eip-bp1a", "IpAddress": "203.0.113.9", "Bandwidth": "100", "InstanceId": "lb-bp1a",
                                          "InstanceType": "SlbInstance", "RegionId": "cn-hangzhou", "ServiceManaged": 0}]}},
        "eip", "eip-bp1a", {"address": "203.0.113.9", "bandwidth_mbps": 100, "instance_id": "lb-bp1a", "instance_type": "SlbInstance"},
    ),
    "DescribeNatGateways": (
        {"NatGateways": {"NatGateway": [{"NatGatewayId": "ngw-bp1a", "VpcId": "vpc-bp1a", "RegionId": "cn-hangzhou",
            "NatGatewayPrivateInfo": {"IzNo": "cn-hangzhou-h", "VswitchId": "vsw-bp1a"},
            "IpLists": {"IpList": [{"AllocationId": "eip-bp1a", "IpAddress": "203.0.113.9"}]}}]}},
        "nat_gateway", "ngw-bp1a", {"vpc_id": "vpc-bp1a", "vswitch_id": "vsw-bp1a", "eip_ids": ("eip-bp1a",), "_zone": "cn-hangzhou-h"},
    ),
    "DescribeLoadBalancerAttribute": (
        {"LoadBalancerId": "lb-bp1a", "LoadBalancerName": "clb", "RegionId": "cn-hangzhou", "MasterZoneId": "cn-hangzhou-j",
         "SlaveZoneId": "cn-hangzhou-i", "Address": "10.0.0.9", "AddressType": "intranet", "LoadBalancerSpec": "slb.s2.small",
         "VpcId": "vpc-bp1a", "VSwitchId": "vsw-bp1a", "BackendServers": {"BackendServer": [{"ServerId": "i-bp1aaaa", "Weight": "0", "Type": "ecs"}]},
         "ListenerPortsAndProtocol": {"ListenerPortAndProtocol": [{"ListenerPort": 80, "ListenerProtocol": "http"}]}},
        "load_balancer", "lb-bp1a",
        {"lb_type": "clb", "_zones": ("cn-hangzhou-j", "cn-hangzhou-i"), "address_type": "intranet", "address": "10.0.0.9",
         "spec": "slb.s2.small", "backend": ({"server_id": "i-bp1aaaa", "weight": 0, "type": "ecs"},)},
    ),
    "DescribeLoadBalancers one zone": (
        {"LoadBalancers": {"LoadBalancer": [{"LoadBalancerId": "lb-bp1a", "LoadBalancerName": "clb", "MasterZoneId": "cn-hangzhou-j",
                                             "SlaveZoneId": "", "LoadBalancerStatus": "active"}]}},
        "load_balancer", "lb-bp1a", {"lb_type": "clb", "slave_zone": "", "_zones": ("cn-hangzhou-j",), "_status": "active"},
    ),
    "ListLoadBalancers": (
        {"LoadBalancers": [{"LoadBalancerId": "alb-bp1a", "LoadBalancerName": "alb", "DNSName": "alb-bp1a.cn-hangzhou.alb.aliyuncs.com",
                            "LoadBalancerEdition": "Standard", "VpcId": "vpc-bp1a", "AddressType": "Internet", "LoadBalancerStatus": "Active"}]},
        "load_balancer", "alb-bp1a", {"lb_type": "alb", "edition": "Standard", "_region": "cn-hangzhou", "_zones": (),
                                      "dns_name": "alb-bp1a.cn-hangzhou.alb.aliyuncs.com"},
    ),
    "GetLoadBalancerAttribute": (
        {"LoadBalancerId": "nlb-bp1a", "LoadBalancerName": "nlb", "RegionId": "cn-hangzhou", "LoadBalancerType": "Network", "ZoneMappings": [
            {"ZoneId": "cn-hangzhou-h", "VSwitchId": "vsw-bp1a", "LoadBalancerAddresses": [{"PrivateIPv4Address": "10.0.0.3", "AllocationId": "eip-bp1a"}]},
            {"ZoneId": "cn-hangzhou-i", "VSwitchId": "vsw-bp1b", "LoadBalancerAddresses": [{"PublicIPv4Address": "203.0.113.3"}]}]},
        "load_balancer", "nlb-bp1a",
        {"lb_type": "nlb", "_zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "zone_mappings": (
            {"zone": "cn-hangzhou-h", "vswitch_id": "vsw-bp1a", "address": "10.0.0.3", "eip_id": "eip-bp1a"},
            {"zone": "cn-hangzhou-i", "vswitch_id": "vsw-bp1b", "address": "203.0.113.3"})},
    ),
    "DescribeVServerGroupAttribute": (
        {"VServerGroupId": "rsp-bp1a", "VServerGroupName": "g", "LoadBalancerId": "lb-bp1a",
         "BackendServers": {"BackendServer": [{"ServerId": "eni-bp1a", "Port": 80, "Weight": 100, "Type": "eni", "ServerIp": "10.0.0.7"}]}},
        "server_group", "rsp-bp1a",
        {"load_balancer_ids": ("lb-bp1a",),
         "members": ({"server_id": "eni-bp1a", "server_ip": "10.0.0.7", "server_type": "eni", "port": 80, "weight": 100},)},
    ),
    "DescribeMasterSlaveServerGroupAttribute": (
        {"MasterSlaveServerGroupId": "rsp-bp1b", "MasterSlaveBackendServers": {"MasterSlaveBackendServer": [
            {"ServerId": "i-bp1aaaa", "Port": 80, "Weight": 100, "ServerType": "Master"}]}}, "server_group", "rsp-bp1b",
        {"members": ({"server_id": "i-bp1aaaa", "role": "master", "server_type": "ecs", "port": 80, "weight": 100},)},
    ),
    "DescribeLoadBalancerListeners": (
        {"Listeners": [{"LoadBalancerId": "lb-bp1a", "ListenerPort": 443, "ListenerProtocol": "https", "VServerGroupId": "rsp-bp1a",
                        "Status": "running", "HTTPSListenerConfig": {"HealthCheck": "on", "HealthCheckInterval": 5, "HealthCheckTimeout": 3,
                        "HealthyThreshold": 4, "UnhealthyThreshold": 4, "HealthCheckURI": "/ok"}}]}, "listener", "lb-bp1a:https:443",
        {"load_balancer_id": "lb-bp1a", "port": 443, "protocol": "https", "server_group_ids": ("rsp-bp1a",),
         "health_check": {"enabled": True, "interval_s": 5, "timeout_s": 3, "healthy_threshold": 4, "unhealthy_threshold": 4, "path": "/ok"}},
    ),
    "ListListeners alb": (
        {"Listeners": [{"ListenerId": "lsn-bp1a", "ListenerPort": 80, "ListenerProtocol": "HTTP", "LoadBalancerId": "alb-bp1a",
                        "ListenerStatus": "Running", "DefaultActions": [{"Type": "ForwardGroup", "ForwardGroupConfig": {
                            "ServerGroupTuples": [{"ServerGroupId": "sgp-bp1a"}, {"ServerGroupId": "sgp-bp1b"}]}}]}]},
        "listener", "lsn-bp1a", {"server_group_ids": ("sgp-bp1a", "sgp-bp1b"), "port": 80, "protocol": "http", "_status": "Running"},
    ),
    "ListServerGroups nlb": (
        {"ServerGroups": [{"ServerGroupId": "sgp-bp1a", "ServerGroupName": "g", "VpcId": "vpc-bp1a", "Protocol": "TCP", "RegionId": "cn-hangzhou",
                           "RelatedLoadBalancerIds": ["nlb-bp1a"], "HealthCheck": {"HeathCheckEnabled": True, "HealthCheckType": "TCP",
                           "HealthCheckInterval": 10, "HealthCheckConnectTimeout": 5, "HealthyThreshold": 2, "UnhealthyThreshold": 3}}]},
        "server_group", "sgp-bp1a",
        {"vpc_id": "vpc-bp1a", "protocol": "tcp", "load_balancer_ids": ("nlb-bp1a",), "health_check": {
            "enabled": True, "interval_s": 10, "timeout_s": 5, "healthy_threshold": 2, "unhealthy_threshold": 3, "protocol": "tcp"}},
    ),
    "DescribeScalingGroups 2014": (
        {"ScalingGroups": {"ScalingGroup": [{"ScalingGroupId": "asg-bp1", "ScalingGroupName": "web", "MinSize": 2, "MaxSize": 9,
            "DesiredCapacity": 4, "VSwitchId": "vsw-bp1a", "VSwitchIds": {"VSwitchId": ["vsw-bp1a", "vsw-bp1b"]}, "RegionId": "cn-hangzhou",
            "LoadBalancerIds": {"LoadBalancerId": ["lb-bp1a"]}, "DBInstanceIds": {"DBInstanceId": ["rm-bp1aaaa"]},
            "VServerGroups": {"VServerGroup": [{"LoadBalancerId": "lb-bp1a", "VServerGroupAttributes": {
                "VServerGroupAttribute": [{"VServerGroupId": "rsp-bp1a", "Port": 80}]}}]}}]}}, "scaling_group", "asg-bp1",
        {"min_size": 2, "max_size": 9, "desired_capacity": 4, "vswitch_ids": ("vsw-bp1a", "vsw-bp1b"), "load_balancer_ids": ("lb-bp1a",),
         "server_group_ids": ("rsp-bp1a",), "db_ids": ("rm-bp1aaaa",)},
    ),
    "DescribeScalingGroups 2022": (
        {"ScalingGroups": [{"ScalingGroupId": "asg-bp1", "ScalingGroupName": "web", "MinSize": 2, "MaxSize": 9, "VSwitchIds": ["vsw-bp1a"],
            "LoadBalancerIds": [], "LoadBalancerConfigs": [{"LoadBalancerId": "lb-bp1a"}], "DBInstances": [{"DBInstanceId": "rm-bp1aaaa"}],
            "AlbServerGroups": [{"AlbServerGroupId": "sgp-bp1a"}], "ServerGroups": [{"ServerGroupId": "sgp-bp1b"}],
            "VServerGroups": [{"LoadBalancerId": "lb-bp1a", "VServerGroupAttributes": [{"VServerGroupId": "rsp-bp1a"}]}],
            "MultiAZPolicy": "BALANCE", "HealthCheckType": "ECS", "RegionId": "cn-hangzhou"}]}, "scaling_group", "asg-bp1",
        {"vswitch_ids": ("vsw-bp1a",), "load_balancer_ids": ("lb-bp1a",), "server_group_ids": ("rsp-bp1a", "sgp-bp1a", "sgp-bp1b"),
         "db_ids": ("rm-bp1aaaa",), "multi_az_policy": "BALANCE", "health_check_type": "ECS"},
    ),
    "DescribeDBInstanceAttribute": (
        {"Items": {"DBInstanceAttribute": [{"DBInstanceId": "rm-bp1aaaa", "DBInstanceDescription": "orders", "Engine": "MySQL", "EngineVersion": "8.0",
            "Category": "HighAvailability", "DBInstanceClass": "mysql.x4.large.2c", "DBInstanceCPU": "4", "DBInstanceMemory": 16384,
            "DBInstanceStorage": 500, "DBInstanceStorageType": "cloud_essd", "ZoneId": "cn-hangzhou-h", "MasterZone": "cn-hangzhou-h",
            "SlaveZones": {"SlaveZone": [{"ZoneId": "cn-hangzhou-i"}]}, "RegionId": "cn-hangzhou", "DBInstanceStatus": "Running",
            "ReadOnlyDBInstanceIds": {"ReadOnlyDBInstanceId": [{"DBInstanceId": "rr-bp1aaaa"}]}, "GuardDBInstanceId": "rm-uf6aaaa",
            "ConnectionString": "rm-bp1aaaa.mysql.rds.aliyuncs.com", "Port": "3306", "PayType": "Postpaid", "DBInstanceType": "Primary"}]}},
        "database", "rm-bp1aaaa",
        {"engine": "MySQL", "engine_version": "8.0", "category": "HighAvailability", "cpu": 4, "memory_mib": 16384, "storage_gib": 500,
         "slave_zones": ("cn-hangzhou-i",), "_zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "readonly_ids": ("rr-bp1aaaa",),
         "dr_instance_id": "rm-uf6aaaa", "port": 3306, "product": "rds", "role": "primary"},
    ),
    "DescribeDBInstances multi zone id": (
        {"Items": {"DBInstance": [{"DBInstanceId": "rm-bp1aaaa", "Engine": "MySQL", "DBInstanceClass": "x", "ZoneId": "cn-beijing-MAZ5(a,b)"}]}},
        "database", "rm-bp1aaaa", {"_zones": ("cn-beijing-a", "cn-beijing-b"), "_region": "cn-beijing", "slave_zones": ("cn-beijing-b",)},
    ),
    "DescribeDBClusters": (
        {"Items": {"DBCluster": [{"DBClusterId": "pc-bp1aaaa", "DBClusterDescription": "p", "DBClusterStatus": "Running", "DBType": "MySQL",
            "DBVersion": "8.0", "Category": "Normal", "ZoneId": "cn-hangzhou-i", "VpcId": "vpc-bp1a", "VswitchId": "vsw-bp1a",
            "StorageUsed": 10737418240, "DBNodes": {"DBNode": [{"DBNodeId": "pi-1", "DBNodeRole": "Writer", "ZoneId": "cn-hangzhou-i"},
                                                               {"DBNodeId": "pi-2", "DBNodeRole": "Reader", "ZoneId": "cn-hangzhou-h"}]}}]}},
        "database", "pc-bp1aaaa",
        {"product": "polardb", "category": "cluster", "engine": "MySQL", "storage_gib": 10.0, "slave_zones": ("cn-hangzhou-h",),
         "_zones": ("cn-hangzhou-i", "cn-hangzhou-h"), "vswitch_id": "vsw-bp1a"},
    ),
    "R-KVStore DescribeInstances": (
        {"Instances": {"KVStoreInstance": [{"InstanceId": "r-bp1aaaa", "InstanceName": "cache", "InstanceStatus": "Normal", "ZoneId": "cn-hangzhou-h",
            "SecondaryZoneId": "cn-hangzhou-i", "InstanceClass": "redis.master.small.default", "ConnectionDomain": "r.redis.rds.aliyuncs.com",
            "Capacity": 1024, "InstanceType": "Redis", "EngineVersion": "5.0", "ArchitectureType": "standard", "VpcId": "vpc-bp1a"}]}},
        "cache", "r-bp1aaaa", {"engine": "Redis", "capacity_mib": 1024, "secondary_zone": "cn-hangzhou-i",
                               "_zones": ("cn-hangzhou-h", "cn-hangzhou-i"), "architecture": "standard"},
    ),
    "DescribeDiskReplicaPairs": (
        {"ReplicaPairs": [{"ReplicaPairId": "pair-cn-1", "PairName": "p", "SourceDiskId": "d-bp1aaaa", "DestinationDiskId": "d-uf6aaaa",
            "SourceRegion": "cn-hangzhou", "SourceZoneId": "cn-hangzhou-h", "DestinationRegion": "cn-shanghai",
            "DestinationZoneId": "cn-shanghai-l", "RPO": 900, "LastRecoverPoint": 1649751977, "Status": "normal"}]},
        "replica_pair", "pair-cn-1",
        {"source_disk_id": "d-bp1aaaa", "destination_disk_id": "d-uf6aaaa", "source_region": "cn-hangzhou", "source_zone": "cn-hangzhou-h",
         "destination_region": "cn-shanghai", "destination_zone": "cn-shanghai-l", "rpo_s": 900, "last_recover_point": "2022-04-12T08:26:17Z",
         "_region": "cn-hangzhou", "_status": "normal"},
    ),
    "DescribeBackupPlans": (
        {"BackupPlans": {"BackupPlan": [{"PlanId": "plan-1", "PlanName": "files", "VaultId": "v-1", "SourceType": "ECS_FILE", "InstanceId": "i-bp1aaaa",
            "Schedule": "I|1602673264|P1D", "Disabled": False, "Retention": 7, "Rules": {"Rule": [
                {"Schedule": "I|1602673264|P1D", "Retention": 30, "DoCopy": False, "DestinationRegionId": "cn-shanghai", "Disabled": False}]}}]}},
        "backup_plan", "plan-1", {"instance_id": "i-bp1aaaa", "vault_id": "v-1", "source_type": "ECS_FILE", "disabled": False,
                                  "retention_days": 7, "copy_regions": ()},
    ),
    "DescribeVaults": (
        {"Vaults": {"Vault": [{"VaultId": "v-1", "VaultName": "main", "VaultType": "STANDARD", "VaultRegionId": "cn-hangzhou",
                               "RedundancyType": "ZRS", "ReplicationTargetVaultId": "v-2", "ReplicationTargetRegionId": "cn-shanghai"}]}},
        "vault", "v-1", {"redundancy": "ZRS", "replica_vault_id": "v-2", "replica_region": "cn-shanghai", "_region": "cn-hangzhou"},
    ),
    "DescribeDtsJobs": (
        {"DtsJobList": [{"DtsJobId": "l1", "DtsInstanceID": "dts1", "DtsJobName": "sync", "DtsJobDirection": "Forward",
            "SourceEndpoint": {"InstanceID": "rm-bp1aaaa", "Region": "cn-hangzhou"}, "ReverseJob": {"DtsJobId": "l2"},
            "DestinationEndpoint": {"InstanceID": "rm-uf6aaaa", "Region": "cn-shanghai"}, "Status": "synchronizing"}]},
        "dts_job", "l1", {"source_id": "rm-bp1aaaa", "destination_id": "rm-uf6aaaa", "directions": ("forward", "reverse"),
                          "source_region": "cn-hangzhou", "destination_region": "cn-shanghai"},
    ),
    "DescribeClustersV1": (
        {"clusters": [{"cluster_id": "c" + "0123456789abcdef" * 2, "name": "k8s", "cluster_type": "ManagedKubernetes", "region_id": "cn-hangzhou",
                       "current_version": "1.30.1", "vswitch_ids": ["vsw-bp1a"], "external_loadbalancer_id": "lb-bp1a", "state": "running"}]},
        "cluster", "c" + "0123456789abcdef" * 2, {"load_balancer_ids": ("lb-bp1a",), "vswitch_ids": ("vsw-bp1a",), "_status": "running"},
    ),
    "OSS ListBuckets": (
        {"Buckets": {"Bucket": [{"Name": "shop-data", "Location": "oss-cn-hangzhou", "StorageClass": "Standard", "DataRedundancyType": "ZRS"}]}},
        "bucket", "shop-data", {"redundancy": "ZRS", "storage_class": "Standard", "_region": "cn-hangzhou"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_each_operation_gives_its_canonical_attributes(operation: str, make: Make) -> None:
    body, kind, resource_id, expected = ANSWERS[operation]
    resource = make({"answer.json": body}).inventory.resources[resource_id]
    assert resource.kind == kind
    for name, value in expected.items():
        found = getattr(resource, name[1:]) if name.startswith("_") else resource.attributes[name]
        assert found == value, name


PAGE = {"TotalCount": 1, "PageNumber": 1, "PageSize": 10, "RequestId": "R"}
WRAPPINGS: dict[str, tuple[str, Any]] = {
    "a page": ("a.json", {"Instances": {"Instance": [INSTANCE]}, **PAGE}),
    "pages merged by the CLI": ("a.json", {"Instances": {"Instance": [INSTANCE]}}),
    "a flat list": ("a.json", {"Instances": [INSTANCE], **PAGE}),
    "a single object for the list": ("a.json", {"Instances": {"Instance": INSTANCE}}),
    "the inner list only": ("a.json", [INSTANCE]),
    "the inner list under the operation's name": ("a.json", {"DescribeInstances": [INSTANCE]}),
    "a list of pages": ("a.json", [{"Instances": {"Instance": [INSTANCE]}}, {"Instances": {"Instance": []}}]),
    "by region": ("a.json", {"cn-hangzhou": {"Instances": {"Instance": [INSTANCE]}}, "cn-beijing": {"Instances": {"Instance": []}}}),
    "by operation and region": ("a.json", {"ecs": {"DescribeInstances": {"cn-hangzhou": {"data": [INSTANCE]}}}}),
    "by id": ("a.json", {"i-bp1aaaa": INSTANCE}),
    "the one object": ("a.json", INSTANCE),
    "the response of an SDK": ("a.json", {"headers": {}, "statusCode": 200, "body": {"Instances": {"Instance": [INSTANCE]}}}),
    "JSON in a text": ("a.json", {"body": '{"Instances": {"Instance": [{"InstanceId": "i-bp1aaaa", "ImageId": "m-1", "ZoneId": "cn-hangzhou-h"}]}}'}),
}  # fmt: skip


@pytest.mark.parametrize("wrapping", sorted(WRAPPINGS))
def test_each_wrapping_gives_the_same_instance(wrapping: str, make: Make, counts: Counts) -> None:
    name, content = WRAPPINGS[wrapping]
    result = make({name: content})
    assert counts(result) == {"instance": 1}
    assert result.inventory.resources["i-bp1aaaa"].zone == "cn-hangzhou-h"


def test_snake_case_and_camel_case_are_the_same(make: Make) -> None:
    record = {"instance_id": "i-bp1aaaa", "imageId": "m-bp1img", "zone-id": "cn-hangzhou-h", "v_switch_id": "vsw-bp1a"}
    resource = make({"a.json": {"instances": {"instance": [record]}}}).inventory.resources["i-bp1aaaa"]
    assert (resource.zone, resource.text("vswitch_id"), resource.text("image_id")) == (
        "cn-hangzhou-h",
        "vsw-bp1a",
        "m-bp1img",
    )


BACKUP = {"PreferredBackupPeriod": "Monday,Thursday", "PreferredBackupTime": "02:00Z-03:00Z", "BackupRetentionPeriod": 7,
          "EnableBackupLog": "1", "LogBackupRetentionPeriod": 7, "RequestId": "R"}  # fmt: skip
ALLOWED = {"Items": {"DBInstanceIPArray": [
    {"DBInstanceIPArrayName": "app", "DBInstanceIPArrayAttribute": "", "SecurityIPList": "10.0.0.1,10.0.1.0/24"},
    {"DBInstanceIPArrayName": "hdm", "DBInstanceIPArrayAttribute": "hidden", "SecurityIPList": "100.104.0.0/16"},
]}}  # fmt: skip
DATABASE = ANSWERS["DescribeDBInstanceAttribute"][0]


def test_answers_without_an_id_take_it_from_the_file_name(make: Make) -> None:
    result = make({
        "DescribeDBInstanceAttribute.json": DATABASE,
        "DescribeBackupPolicy.rm-bp1aaaa.json": BACKUP,
        "rm-bp1aaaa/DescribeDBInstanceIPArrayList.json": ALLOWED,
        "ha-rm-bp1aaaa.json": {"SyncMode": "Semi-sync", "HAMode": "RPO"},
    })  # fmt: skip
    database = result.inventory.resources["rm-bp1aaaa"]
    assert database.texts("backup_days") == ("Monday", "Thursday")
    assert database.number("backup_retention_days") == 7
    assert database.flag("log_backup_enabled") is True
    assert database.texts("security_ips") == ("10.0.0.1", "10.0.1.0/24")
    assert database.text("replication_mode") == "Semi-sync"


def test_an_answer_that_names_its_database_nowhere_is_said_and_skipped(make: Make) -> None:
    result = make({"attribute.json": DATABASE, "policy.json": BACKUP})
    assert "backup_retention_days" not in result.inventory.resources["rm-bp1aaaa"].attributes
    finding = next(finding for finding in result.findings if finding.id == "INV-NO-PARENT")
    assert "file name" in finding.detail
    assert any("file name" in one.reason for one in result.skipped)


def test_members_of_a_server_group_over_two_pages(make: Make) -> None:
    def page(server: str) -> dict[str, Any]:
        return {
            "Servers": [{"ServerId": server, "ServerType": "Ecs", "Port": 80, "Weight": 100, "Status": "Available"}],
            "TotalCount": 2,
        }

    result = make({
        "ListServerGroups.json": {"ServerGroups": [{"ServerGroupId": "sgp-bp1a", "ServerGroupName": "g", "Protocol": "HTTP"}]},
        "ListServerGroupServers.sgp-bp1a.1.json": page("i-bp1aaaa"),
        "ListServerGroupServers.sgp-bp1a.2.json": page("i-bp1bbbb"),
    })  # fmt: skip
    members = result.inventory.resources["sgp-bp1a"].records("members")
    assert [member["server_id"] for member in members] == ["i-bp1aaaa", "i-bp1bbbb"]


def test_scaling_instances_and_configurations_belong_to_their_group(make: Make) -> None:
    group = ANSWERS["DescribeScalingGroups 2022"][0]
    result = make({
        "groups.json": group,
        "instances.json": {"ScalingInstances": [{"ScalingGroupId": "asg-bp1", "InstanceId": "i-bp1aaaa", "LifecycleState": "InService"}]},
        "configurations.json": {"ScalingConfigurations": {"ScalingConfiguration": [
            {"ScalingConfigurationId": "asc-1", "ScalingGroupId": "asg-bp1", "ImageId": "m-bp1old", "LifecycleState": "Inactive"},
            {"ScalingConfigurationId": "asc-2", "ScalingGroupId": "asg-bp1", "ImageId": "m-bp1new", "LifecycleState": "Active",
             "InstanceTypes": {"InstanceType": ["ecs.g7.large"]}, "SecurityGroupId": "sg-bp1a", "SystemDiskCategory": "cloud_essd",
             "SystemDiskSize": 40}]}},
        "switches.json": {"VSwitches": {"VSwitch": [{"VSwitchId": "vsw-bp1a", "CidrBlock": "10.0.0.0/24", "ZoneId": "cn-hangzhou-h"}]}},
    })  # fmt: skip
    found = result.inventory.resources["asg-bp1"]
    assert found.texts("instance_ids") == ("i-bp1aaaa",)
    assert found.zones == ("cn-hangzhou-h",)
    configuration = found.attributes["configuration"]
    assert isinstance(configuration, dict)
    assert configuration["image_id"] == "m-bp1new"
    assert configuration["instance_types"] == ("ecs.g7.large",)
    assert configuration["system_disk_size_gib"] == 40
    assert [stub.id for stub in result.inventory.stubs if stub.kind == "instance"] == ["i-bp1aaaa"]


def test_nodes_belong_to_the_cluster_of_their_name(make: Make) -> None:
    cluster = "c" + "0123456789abcdef" * 2
    nodes = {
        "nodes": [
            {
                "instance_id": "i-bp1aaaa",
                "node_name": "n1",
                "node_status": "Ready",
                "instance_name": f"worker-k8s-for-cs-{cluster}",
            }
        ]
    }
    result = make(
        {"clusters.json": ANSWERS["DescribeClustersV1"][0], "nodes.json": nodes, "instances.json": [INSTANCE]}
    )
    assert result.inventory.resources[cluster].texts("node_ids") == ("i-bp1aaaa",)
    assert result.inventory.resources["i-bp1aaaa"].text("cluster_id") == cluster


def test_a_region_comes_from_the_folder_where_the_answer_has_none(make: Make) -> None:
    body = {"SecurityGroups": {"SecurityGroup": [{"SecurityGroupId": "sg-bp1a", "SecurityGroupName": "db"}]}}
    result = make({"cn-shanghai/DescribeSecurityGroups.json": body})
    assert result.inventory.resources["sg-bp1a"].region == "cn-shanghai"
    assert result.inventory.was_listed("security_group", "cn-shanghai")


def test_policy_associations_and_snapshot_chains_add_to_disks(make: Make) -> None:
    disk = {key: value for key, value in DISK.items() if key != "AutoSnapshotPolicyId"}
    result = make({
        "disks.json": {"Disks": {"Disk": [disk]}},
        "associations.json": {"AutoSnapshotPolicyAssociations": {"AutoSnapshotPolicyAssociation": [
            {"DiskId": "d-bp1aaaa", "AutoSnapshotPolicyId": "sp-bp1a"}, {"DiskId": "d-bp1aaaa", "AutoSnapshotPolicyId": "sp-bp1b"}]}},
        "links.json": {"SnapshotLinks": {"SnapshotLink": [{"SnapshotLinkId": "sl-1", "SourceDiskId": "d-bp1aaaa", "TotalSize": 3221225472,
                                                           "TotalCount": 4}]}},
    })  # fmt: skip
    found = result.inventory.resources["d-bp1aaaa"]
    assert found.texts("snapshot_policy_ids") == ("sp-bp1a", "sp-bp1b")
    assert (found.number("snapshot_chain_gib"), found.number("snapshot_count")) == (3.0, 4)


def test_tags_of_a_tag_service_join_those_of_the_list(make: Make) -> None:
    tags = {
        "TagResources": {
            "TagResource": [
                {"ResourceId": "i-bp1aaaa", "ResourceType": "instance", "TagKey": "env", "TagValue": "prod"}
            ]
        }
    }
    result = make({"instances.json": [INSTANCE], "tags.json": tags})
    assert result.inventory.resources["i-bp1aaaa"].tags["env"] == "prod"
    assert result.inventory.resources["i-bp1aaaa"].tags["app"] == "orders"
