//! The rows of orders: each links whom it names, and becomes a touch unless a log has seen the order completed.
//!
//! Which rows count, and under which number, is decided in `orders`.

use super::orders::identifiers_of;
use crate::engine::haul::Haul;
use crate::engine::scan::Scan;
use crate::engine::stamping::{RowPlace, Stamping, Verdict};
use crate::error::Result;
use crate::event::{Identifier, OrderNote, Origin, PlainDetails, RawEvent, mark};
use crate::input::format::shopify_orders::Order;
use crate::key::Key;
use crate::parallel::in_parts;

/// The space for the fingerprints of orders.
const ORDER_SPACE: u64 = 2;

/// The canonical name of a completed order.
const COMPLETED: &str = "checkout_completed";

/// The row of an order that counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderRow<'o> {
    pub(super) order: &'o Order<'o>,
    pub(super) number: Identifier,
    /// Whether a log has seen it completed.
    pub(super) is_completed: bool,
}

/// Takes the rows of orders in on all threads.
pub(super) fn take_rows(
    haul: &mut Haul<'_>,
    mut rows: Vec<OrderRow<'_>>,
    scan: &Scan<'_, '_>,
) -> Result<()> {
    let hauls = in_parts(scan.settings.threads, &mut rows, |part| {
        let mut own = Haul::new(scan);
        let mut stamping = Stamping::new(scan.settings, scan.exchange, scan.needs);
        for row in part {
            settle_order(&mut own, *row, &mut stamping);
        }
        stamping.close()?;
        Ok(own)
    })?;
    for own in hauls {
        haul.merge(own);
    }
    Ok(())
}

fn settle_order(haul: &mut Haul<'_>, row: OrderRow<'_>, stamping: &mut Stamping<'_>) {
    let OrderRow { order, number, is_completed } = row;
    let identifiers = &identifiers_of(haul, order, number);
    if is_completed {
        haul.link_order(identifiers, order.at.at, order.row);
        haul.quality.accounts[order.input].saw(order.at.at);
        let (name, _) = haul.names.look_up(COMPLETED.as_bytes(), None);
        haul.inputs[order.input].count_name(name, 1);
        if stamping.settings.detail {
            haul.inputs[order.input].count_identifiers(identifiers);
        }
        return;
    }
    let verdict = Verdict { marks: mark::EXPORT, ..Verdict::default() };
    take_order(haul, order, (number, identifiers), verdict, stamping);
}

/// Makes a touch of an order's row.
pub(super) fn take_order(
    haul: &mut Haul<'_>,
    order: &Order<'_>,
    (number, identifiers): (Identifier, &[Identifier]),
    verdict: Verdict,
    stamping: &mut Stamping<'_>,
) {
    let event = RawEvent {
        at: order.at.at,
        precision: order.at.precision,
        name: COMPLETED.as_bytes(),
        derived: None,
        identifiers,
        sequence: 0,
        origin: Origin::OrderRow,
        details: &PlainDetails {
            fingerprint: Key::within(ORDER_SPACE, &number.key.0.to_le_bytes()),
            order: Some(OrderNote {
                key: number.key,
                numbered: true,
                amount: order.amount(),
                currency: order.currency(),
            }),
        },
    };
    haul.take(&event, RowPlace::settled(order.input, order.row), verdict, stamping);
}
