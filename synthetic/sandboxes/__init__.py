"""Room of synthetic: small, exact stand-ins for the systems of the landscape, each with the wire format of its kind."""
