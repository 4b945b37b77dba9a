"""The console's words: headers, places, states, disk types, in Chinese and in English, and what they stand for."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

HEADERS: Final[dict[str, str]] = {
    "id": (
        "实例id id instanceid 资源id resourceid 实例编号 主机id ecsid 服务器id 云盘id 磁盘id diskid "
        "快照id snapshotid dbinstanceid 数据库实例id 负载均衡id loadbalancerid 负载均衡实例id "
        "实例id/名称 instanceid/name 实例 存储桶名称 bucketname bucket eipid allocationid 弹性公网ipid "
        "集群id dbclusterid"
    ),
    "name": (
        "实例名称 名称 instancename name 主机名称 主机名 hostname 资源名称 resourcename "
        "dbinstancedescription 实例描述 云盘名称 磁盘名称 diskname 快照名称 snapshotname "
        "loadbalancername 服务器名称 集群名称 安全组名称 交换机名称 专有网络名称"
    ),
    "kind": "kind 资源类型 resourcetype 资产类型",
    "region": "地域 区域 region regionid 地域id 所在地域 regioncode",
    "zone": "可用区 所在可用区 zone zoneid 可用区id availabilityzone masterzoneid 主可用区",
    "slave_zone": "备可用区 slavezoneid secondaryzoneid",
    "status": "状态 实例状态 status state 运行状态 instancestatus dbinstancestatus 云盘状态 loadbalancerstatus",
    "type": (
        "实例规格 规格 instancetype dbinstanceclass 机型 规格类型 实例类型 "
        "instancespecifications specification specifications"
    ),
    "cpu": "cpu vcpu cpu核数 vcpus dbinstancecpu 核数",
    "memory": "内存 memory mem dbinstancememory 内存大小",
    "cpu_memory": "配置 cpu/内存 cpumemory 实例配置 规格配置",
    "os": "操作系统 os osname operatingsystem 镜像 ostype",
    "image": "镜像id imageid",
    "private_ip": (
        "内网ip 私网ip 私有ip privateip 主私网ip privateipaddress 私有ip地址 内网ip地址 内网地址 "
        "私网地址 primaryprivateip privateipaddresses"
    ),
    "public_ip": "公网ip publicip publicipaddress 外网ip 公网ip地址 弹性公网ip eip publicipaddresses 公网地址",
    "ip": "ip地址 ipaddress address 服务地址 ip",
    "vpc": "专有网络 vpc vpcid 专有网络id 虚拟网络id 所属专有网络 专有网络vpc",
    "vswitch": "交换机 虚拟交换机 vswitchid 虚拟交换机id 交换机id 所属交换机 vswitch",
    "security_groups": "安全组 安全组id securitygroups securitygroupid securitygroupids securitygroup",
    "created": "创建时间 creationtime createtime created createdat createdtime 存储桶创建时间 creationdate",
    "expires": "到期时间 过期时间 expiretime expiredtime expirationtime 释放/到期时间",
    "charge": "付费类型 付费方式 计费方式 paytype chargetype billingmethod instancechargetype 实例计费方式",
    "system_disk": "系统盘 systemdisk",
    "data_disks": "数据盘 datadisk datadisks",
    "tags": "标签 tags tag",
    "size": "容量 size 大小 云盘容量 磁盘容量 disksize 云盘大小 capacity 源云盘容量",
    "size_bytes": "容量(byte)",
    "disk_category": "云盘类型 云盘种类 磁盘种类 diskcategory category 磁盘类型",
    "disk_type": "云盘属性 磁盘属性 diskattribute disktype attribute",
    "device": "挂载点 设备名 device 设备",
    "attached_to": (
        "挂载实例 关联实例 attachedinstance attachedto 关联实例id 挂载的实例 instance 绑定实例 绑定资源 boundinstance"
    ),
    "snapshot_policy": "自动快照策略 自动快照策略id 快照策略 autosnapshotpolicyid autosnapshotpolicy",
    "source_disk": "源云盘 源云盘id sourcediskid sourcedisk 磁盘",
    "encrypted": "加密 是否加密 encrypted 加密状态",
    "engine": "数据库类型 engine 引擎",
    "engine_version": "数据库版本 engineversion 版本",
    "db_category": "系列",
    "db_role": "dbinstancetype",
    "storage": "存储 dbinstancestorage 存储空间 storage",
    "storage_type": "dbinstancestoragetype 存储类型 storageclass",
    "redundancy": "冗余类型 dataredundancytype redundancytype",
    "versioning": "版本控制 versioning",
    "bandwidth": "带宽 bandwidth 公网带宽 带宽峰值",
    "network": "网络类型 networktype instancenetworktype",
    "connection": "内网连接地址 privateport/privatestring connectionstring 连接地址",
    "deployment_set": "部署集 deploymentset deploymentsetid 部署集id",
    "tag:project": "项目 所属项目 project",
    "tag:app": "应用 app application appname 应用名称 系统名称",
    "tag:env": "环境 环境类型 env envtype environment",
    "tag:owner": "负责人 owner 责任人",
    "tag:business": "业务 业务线 businessline business",
}
CONCEPT_OF_HEADER: Final[dict[str, str]] = {
    header: concept for concept, headers in reversed(HEADERS.items()) for header in headers.split()
}

STATES: Final = {
    "运行中": "Running",
    "已停止": "Stopped",
    "启动中": "Starting",
    "停止中": "Stopping",
    "创建中": "Pending",
    "使用中": "In_use",
    "待挂载": "Available",
    "挂载中": "Attaching",
    "卸载中": "Detaching",
    "已过期": "Expired",
    "成功": "accomplished",
    "创建成功": "accomplished",
    "正常": "Normal",
    "已分配": "InUse",
    "可用": "Available",
}
CHARGES: Final = {
    "按量付费": "PostPaid",
    "按量": "PostPaid",
    "后付费": "PostPaid",
    "pay-as-you-go": "PostPaid",
    "payasyougo": "PostPaid",
    "包年包月": "PrePaid",
    "预付费": "PrePaid",
    "subscription": "PrePaid",
    "包年": "PrePaid",
    "包月": "PrePaid",
}
_NUMBERED: Final = {
    "华东1": "cn-hangzhou",
    "华东2": "cn-shanghai",
    "华东5": "cn-nanjing",
    "华东6": "cn-fuzhou",
    "华北1": "cn-qingdao",
    "华北2": "cn-beijing",
    "华北3": "cn-zhangjiakou",
    "华北5": "cn-huhehaote",
    "华北6": "cn-wulanchabu",
    "华南1": "cn-shenzhen",
    "华南2": "cn-heyuan",
    "华南3": "cn-guangzhou",
    "华中1": "cn-wuhan-lr",
    "西南1": "cn-chengdu",
}
_CITIES: Final = {
    "北京": "cn-beijing",
    "成都": "cn-chengdu",
    "福州": "cn-fuzhou",
    "广州": "cn-guangzhou",
    "杭州": "cn-hangzhou",
    "河源": "cn-heyuan",
    "呼和浩特": "cn-huhehaote",
    "南京": "cn-nanjing",
    "青岛": "cn-qingdao",
    "上海": "cn-shanghai",
    "深圳": "cn-shenzhen",
    "武汉": "cn-wuhan-lr",
    "乌兰察布": "cn-wulanchabu",
    "张家口": "cn-zhangjiakou",
    "香港": "cn-hongkong",
    "东京": "ap-northeast-1",
    "首尔": "ap-northeast-2",
    "新加坡": "ap-southeast-1",
    "吉隆坡": "ap-southeast-3",
    "雅加达": "ap-southeast-5",
    "马尼拉": "ap-southeast-6",
    "曼谷": "ap-southeast-7",
    "法兰克福": "eu-central-1",
    "伦敦": "eu-west-1",
    "墨西哥": "na-south-1",
    "弗吉尼亚": "us-east-1",
    "硅谷": "us-west-1",
    "利雅得": "me-central-1",
    "迪拜": "me-east-1",
    "beijing": "cn-beijing",
    "chengdu": "cn-chengdu",
    "guangzhou": "cn-guangzhou",
    "hangzhou": "cn-hangzhou",
    "heyuan": "cn-heyuan",
    "hohhot": "cn-huhehaote",
    "qingdao": "cn-qingdao",
    "shanghai": "cn-shanghai",
    "shenzhen": "cn-shenzhen",
    "ulanqab": "cn-wulanchabu",
    "zhangjiakou": "cn-zhangjiakou",
    "hong kong": "cn-hongkong",
    "tokyo": "ap-northeast-1",
    "seoul": "ap-northeast-2",
    "singapore": "ap-southeast-1",
    "kuala lumpur": "ap-southeast-3",
    "jakarta": "ap-southeast-5",
    "manila": "ap-southeast-6",
    "bangkok": "ap-southeast-7",
    "frankfurt": "eu-central-1",
    "london": "eu-west-1",
    "mexico": "na-south-1",
    "virginia": "us-east-1",
    "silicon valley": "us-west-1",
    "riyadh": "me-central-1",
    "dubai": "me-east-1",
}
_DISK_NAMES: Final = (
    ("essdautopl", "cloud_auto"),
    ("essdentry", "cloud_essd_entry"),
    ("regionalessd", "cloud_regional_disk_auto"),
    ("essd同城冗余", "cloud_regional_disk_auto"),
    ("essd", "cloud_essd"),
    ("高效云盘", "cloud_efficiency"),
    ("ultradisk", "cloud_efficiency"),
    ("ssd云盘", "cloud_ssd"),
    ("standardssd", "cloud_ssd"),
    ("普通云盘", "cloud"),
    ("basicdisk", "cloud"),
    ("本地", "local"),
    ("local", "local"),
)
_PLAIN_HEADER = re.compile(r"[\s_\-.*\"'“”]")
_ZONE_WORD = re.compile(r"(?:可用区|zone)\s*([A-Za-z])\b", re.IGNORECASE)
_UNIT = re.compile(r"\((?:gb|gib|核|%|mb|mbps|个|台|lrs-.*)\)")


def plain_header(header: object) -> str:
    """A header without blanks, signs, full-width forms and case."""
    return _PLAIN_HEADER.sub("", unicodedata.normalize("NFKC", str(header or "")).lower())


def concept_of(header: object) -> str | None:
    """What a column holds, None where its header is not known. Bilingual headers (``ZoneId(可用区)``) count twice."""
    whole = plain_header(header)
    if whole in CONCEPT_OF_HEADER:
        return CONCEPT_OF_HEADER[whole]
    bare = _UNIT.sub("", whole)
    if bare in CONCEPT_OF_HEADER:
        return CONCEPT_OF_HEADER[bare]
    first, _, second = whole.partition("(")
    if second:
        return CONCEPT_OF_HEADER.get(first) or CONCEPT_OF_HEADER.get(second.rstrip(")"))
    return CONCEPT_OF_HEADER.get(whole.split("/")[0]) if "/" in whole else None


def region_named(text: str) -> str:
    """The id of a region written by name (``华东1（杭州）``, ``China (Hangzhou)``), else the text itself."""
    lowered = text.lower()
    named = next((region for city, region in _CITIES.items() if city in lowered), None)
    return named or next((region for name, region in _NUMBERED.items() if name in plain_header(text)), text)


def zone_named(text: str, region: str | None) -> str:
    """The id of a zone written by name (``杭州 可用区H``, ``Hangzhou Zone H``), else the text itself."""
    match = _ZONE_WORD.search(unicodedata.normalize("NFKC", text))
    base = region_named(text)
    home = base if base != text else region
    if match is None or not home:
        return text
    letter = match.group(1).lower()
    return f"{home}{letter}" if home[-1].isdigit() else f"{home}-{letter}"


def disk_category(text: str) -> str:
    """The id of a disk category written by name, else the text itself."""
    plain = plain_header(text)
    if plain.startswith("cloud"):
        return text.strip()
    return next((code for name, code in _DISK_NAMES if name in plain), text.strip())
