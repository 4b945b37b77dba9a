"""What each cloud service calls its things: one module a service, one specification a kind."""
