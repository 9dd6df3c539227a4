"""Room of synthetic: the probes of the twelve workflows (W1 to W12), each an async function over `tx` and the ports.

`PROBES` are all of them in the order of the workflows; their names are those the catalog gives to workflow steps.
"""

from synthetic.probes.w01_duplicate import duplicate_customer
from synthetic.probes.w01_onboarding import customer_onboarding
from synthetic.probes.w02_order import order_to_entitlement
from synthetic.probes.w03_currency import foreign_currency
from synthetic.probes.w03_invoice_posting import invoice_posting
from synthetic.probes.w03_replay import held_invoice
from synthetic.probes.w03_tax_kinds import inclusive_price, reverse_charge, tax_per_document
from synthetic.probes.w04_cash import bank_transfer, card_payment
from synthetic.probes.w04_payout import payout
from synthetic.probes.w05_amendment import amendment
from synthetic.probes.w05_downgrade import downgrade
from synthetic.probes.w06_renewal import renewal
from synthetic.probes.w06_uplift import renewal_uplift
from synthetic.probes.w07_late import late_usage
from synthetic.probes.w07_usage import usage_to_invoice
from synthetic.probes.w08_chargeback import chargeback
from synthetic.probes.w08_collections import failed_payment
from synthetic.probes.w08_dunning import dunning_to_the_end
from synthetic.probes.w08_restoration import restoration
from synthetic.probes.w08_won import dispute_won
from synthetic.probes.w08_write_off import write_off
from synthetic.probes.w09_credit import credit_and_refund
from synthetic.probes.w09_failed_refund import failed_refund
from synthetic.probes.w09_refund import later_refund
from synthetic.probes.w10_backdated import backdated_cancellation
from synthetic.probes.w10_cancellation import cancellation
from synthetic.probes.w10_forfeiture import forfeiture
from synthetic.probes.w10_termination import termination
from synthetic.probes.w11_parallel_run import parallel_run
from synthetic.probes.w12_period_close import period_close

PROBES = (
    customer_onboarding,
    duplicate_customer,
    order_to_entitlement,
    invoice_posting,
    tax_per_document,
    reverse_charge,
    inclusive_price,
    foreign_currency,
    held_invoice,
    card_payment,
    bank_transfer,
    payout,
    amendment,
    downgrade,
    renewal,
    renewal_uplift,
    usage_to_invoice,
    late_usage,
    failed_payment,
    dunning_to_the_end,
    restoration,
    write_off,
    chargeback,
    dispute_won,
    credit_and_refund,
    failed_refund,
    later_refund,
    cancellation,
    termination,
    backdated_cancellation,
    forfeiture,
    parallel_run,
    period_close,
)

__all__ = ["PROBES"]
