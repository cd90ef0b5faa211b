#!/bin/sh
# Numbers out of a report, with jq.
set -eu

# Each step with its share of the step before, in percent.
funnel report examples/store --format json |
    jq -r '.steps[] | [.name, .reached, ((.step_rate.rate // 1) * 1000 | round / 10)] | @tsv'

# The same from the step rows, a line at a time.
funnel report examples/store --format ndjson |
    jq -r 'select(.step_rate != null) | "\(.step_name): \(.step_rate_low)..\(.step_rate_high)"'

# Orders and their value by currency.
funnel report examples/store --format json |
    jq '{orders: .orders.count, value: [.orders.value[] | {(.currency // "?"): .amount}] | add}'
