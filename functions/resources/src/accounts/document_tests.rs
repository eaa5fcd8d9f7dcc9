//! The permissions in docs/permissions.md.

use collector::ACCOUNTS_OPERATIONS;
use documents::{permissions, section};

#[test]
fn the_permissions_match_the_document() {
    let operations = ACCOUNTS_OPERATIONS.iter().map(|o| (o.action, o.name));
    section("permissions.md", "permissions of /accounts", &permissions(operations));
}
