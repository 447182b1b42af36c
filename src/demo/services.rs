//! The eight services that the demo tells of.

mod customer_portal;
mod data_warehouse;
mod email;
mod hr_system;
mod identity;
mod online_shop;
mod payroll;
mod warehouse;

use super::story::Service;

pub const ALL: &[Service] = &[
    hr_system::SERVICE,
    payroll::SERVICE,
    customer_portal::SERVICE,
    email::SERVICE,
    warehouse::SERVICE,
    online_shop::SERVICE,
    identity::SERVICE,
    data_warehouse::SERVICE,
];
