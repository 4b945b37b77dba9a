"""Images, logins and disks of servers that are created to stand by."""

from __future__ import annotations

from advisor.exporters.names import identifier
from advisor.exporters.terraform.build import Build
from advisor.exporters.terraform.document import Ref, Root, Value, Variable
from advisor.model.plan import Action

SYSTEM_DISK_DEFAULT = "cloud_essd"
INSTANCE_DISKS = ("cloud_efficiency", "cloud_ssd", "cloud_essd", "cloud", "cloud_auto", "cloud_essd_entry")
SCALING_DISKS = ("cloud", "cloud_ssd", "cloud_essd", "cloud_efficiency")
COPY_TIME = "2h"  # the provider gives up after ten minutes, less than a copy between regions takes
CUSTOM_IMAGE_PREFIX = "m-"


def image(build: Build, action: Action, root: Root, image_id: str | None) -> Value:
    """The image as the root's region knows it: public ones by their id, custom ones copied there first."""
    if not image_id:
        described = f"Image with the application of {build.subject(action)} (the inventory does not name one)"
        return root.variable(Variable(build.label(action, "image_id"), described))
    if not image_id.startswith(CUSTOM_IMAGE_PREFIX):
        build.remark(
            action, f"The servers start from image {image_id}: it may lack what was installed since. Make a newer one."
        )
    if root.region == build.source_region(action) or not image_id.startswith(CUSTOM_IMAGE_PREFIX):
        return image_id
    return _copied(build, action, root, image_id).id


def _copied(build: Build, action: Action, root: Root, image_id: str) -> Ref:
    name = f"copy_of_{identifier(image_id)}"
    known = root.resources.get(("alicloud_image_copy", name))
    if known is not None:
        build.outcome(action).addresses.append((root.region, known.address))
        return Ref(known.address)
    ref = root.add(
        "alicloud_image_copy",
        name,
        f"Image {image_id} copied from {build.source_region(action)}; copy it again whenever the source changes",
        {
            "source_image_id": image_id,
            "source_region_id": build.source_region(action),
            "image_name": f"copy-of-{identifier(image_id)}".replace("_", "-"),
            "tags": build.tags(action),
            "timeouts": {"create": COPY_TIME},
        },
    )
    build.outcome(action).addresses.append((root.region, ref.expression))
    return ref


def key_pair(root: Root) -> Value:
    """The key pair for logging in; none by default."""
    described = "Key pair for logging in to the servers this root creates; null: none"
    return root.variable(Variable("key_pair_name", described, optional=True))


def disk_category(value: str | None, allowed: tuple[str, ...]) -> str:
    """The category of the system disk, or the usual one where the resource does not take it."""
    return value if value in allowed else SYSTEM_DISK_DEFAULT
