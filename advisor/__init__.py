"""Plans how an estate of Alibaba Cloud servers is protected against data loss and outage."""

__version__ = "0.1.0"
