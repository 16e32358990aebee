"""Every kind of gateway with its rig, in the order of the table."""

from tests.providers import mail_rig, simulated_rig
from tests.providers.rigs import WEB_KINDS

KINDS = {**WEB_KINDS, "smtp": mail_rig.KIND, "simulated": simulated_rig.KIND}
