"""SCIM 2.0 (RFC 7643, 7644): a company's directory says who is in and in which groups. Off until it has a key."""
