"""`vaults`: the backup vaults that can hold full-server images."""

from __future__ import annotations

from imgshare_cli.cli.options import build_common_options, with_session
from imgshare_cli.cli.session import Session


@with_session(build_common_options())
def vaults(session: Session) -> None:
    """List your project's backup vaults, for full-server images (IMS).

    Open Telekom Cloud and Huawei Cloud keep the disks of a full-server image in a server backup vault, which accept
    takes with --vault. Those that can be used come first. The backup service (CBR) is found in the catalog, or from
    the endpoint; vault_endpoint in the config file, or IMGSHARE_VAULT_ENDPOINT, sets another address.
    """
    from imgshare_cli.cli.vault_choices import read_vaults
    from imgshare_cli.shares.vaults.choice import GET_ONE, sort_vaults

    project_id = session.member_id
    rows = sort_vaults(read_vaults(session, session.client, project_id))
    if session.output.as_json:
        session.output.print_array(vault.raw for vault in rows)
        return
    from imgshare_cli.terminal.vaults import build_vault_columns

    session.output.print_table(build_vault_columns(), rows)
    if not rows:
        session.output.print_note(f"project {project_id} has no backup vault for servers; to get one, {GET_ONE}")
