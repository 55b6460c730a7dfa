"""Who is asking: the customer and the person there, found by what a message says of them, or made."""

from rung.people import mail_domains
from rung.people.models import Customer, Requester


def customer_for(*, name: str = "", domain: str = "", tier: str = "") -> Customer | None:
    """The customer of that name, else of that mail domain, else a new one. None if neither is given.

    Raises mail_domains.NotTheirs for a domain that is everybody's, or another customer's than the one named.
    """
    name, domain = name.strip(), mail_domains.tidied(domain)
    found = Customer.objects.filter(name__iexact=name).first() if name else None
    if found is None and domain and not name:
        found = mail_domains.holder_of(domain)
    if domain and (found is None or domain not in found.domains):
        mail_domains.may_have([domain], found)
    if found is None and (name or domain):
        found, _ = Customer.objects.get_or_create(
            name=name or domain, defaults={"tier": tier, "domains": [domain] if domain else []}
        )
    return found


def customer_of_address(email: str) -> Customer | None:
    """The customer whose mail domain this is, if one is known."""
    return mail_domains.holder_of(email.rpartition("@")[2])


def requester_for(*, email: str = "", name: str = "", customer: Customer | None = None) -> Requester | None:
    """The person with that address, else of that name at that customer, else a new one. None if neither is given."""
    email, name = email.strip().lower(), name.strip()
    if email:
        person, is_new = Requester.objects.get_or_create(email=email, defaults={"name": name, "customer": customer})
        if not is_new and customer is not None and person.customer_id is None:
            person.customer = customer
            person.save(update_fields=["customer"])
        return person
    if not name:
        return None
    known = Requester.objects.filter(name=name, customer=customer, email=None).first()
    return known or Requester.objects.create(name=name, customer=customer)
