"""W1 Customer onboarding: one account is one customer, one party per company, one tenant."""

from __future__ import annotations

from synthetic.deeds.ports import Port
from synthetic.probes.scenarios import Facts, accept, account_of, deliver_again, onboard
from synthetic.transaction import Transaction, probe


@probe("customer-onboarding", workflow="W1", every="30m", owner="revops")
async def customer_onboarding(
    tx: Transaction, crm: Port, billing: Port, erp: Port, entitlements: Port, sync: Port
) -> None:
    """An accepted account is one customer everywhere, in the right company, however often it is sent."""
    account = account_of(tx)
    accepted = await accept(tx, crm, account)
    await tx.see(
        "Account has its company, currency and terms",
        crm.account_of(account=account.id),
        fixed={
            "count": 1,
            "account": account.id,
            "kind": "business",
            "parent": "",
            "name": account.name,
            "country": account.country,
            "legal_entity": "DE-01",
            "currency": "EUR",
            "terms": "NET30",
            "tax_id": account.tax_id,
            "version": accepted["version"],
            "created_at": accepted["created_at"],
            "updated_at": accepted["updated_at"],
        },
    )
    await tx.refused(
        "No account is its own parent",
        crm.accept_account(account=account.id, name=account.name, country=account.country, parent=account.id),
        "parent-cycle",
        category="identity",
    )
    customer = await onboard(tx, billing, account, accepted)
    await tx.see(
        "Customer is in billing once",
        billing.customer_of(account=account.id),
        within="2m",
        fixed={
            "count": 1,
            "customer": customer,
            "name": account.name,
            "entity": "DE-01",
            "terms": "NET30",
            "tax_id": account.tax_id,
            "parent": "",
        },
    )
    party: Facts = {
        "count": 1,
        "name": account.name,
        "entity": "DE-01",
        "currency": "EUR",
        "terms": "NET30",
        "tax_id": account.tax_id,
        "parent": "",
        "country": account.country,
        "bill_to": account.id,
        "synthetic": True,
    }
    await tx.see(
        "Party is in the ledger once", erp.party_of(customer=customer, entity="DE-01"), within="10m", fixed=party
    )
    await tx.see(
        "Tenant exists",
        entitlements.tenant_of(customer=customer),
        within="10m",
        fixed={"count": 1, "tenant": f"ten_{customer.removeprefix('cus_')}"},
    )
    await deliver_again(tx, sync, "Event", customer, "customer.created")
    await tx.see(
        "Still one party", erp.party_of(customer=customer, entity="DE-01"), within="1m", fixed=party, hold="2m"
    )
    await tx.see(
        "No party in another company",
        erp.party_of(customer=customer, entity="US-01"),
        fixed={"count": 0},
        otherwise="entity",
    )
    await tx.see("Nothing waits in the exception queue", sync.exceptions_of(object=customer), fixed={"count": 0})
    await tx.see(
        "Account is still there", crm.account_of(account=account.id), fixed={"count": 1, "account": account.id}
    )
