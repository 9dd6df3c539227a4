"""The `billing` port over Kill Bill's REST API: a real billing system nobody here wrote.

Kill Bill computes no tax by itself and has no field for our facts. So invoices are made as drafts (a tag of the
account), the tax of the price list is added to them, and then they are committed; entity, terms and the like stand in
the notes of the account, contract and tax code in custom fields of the subscription or of the invoice. A credit note is
an adjustment of a line together with that of its tax. What Kill Bill 0.22 cannot do is refused as
`operation-unsupported`: quantities of a plan, metered tiers, previews, declined cards and disputes.
"""

from synthetic.systems.killbill.adapter import KillBillBilling
from synthetic.systems.killbill.tenant import KillBill

__all__ = ["KillBill", "KillBillBilling"]
