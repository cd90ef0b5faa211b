//! One customer's touches in order; sessions.
