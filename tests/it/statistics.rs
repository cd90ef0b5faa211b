//! The statistics, held against published and independently computed values in `testdata/statistics.json`.
//!
//! A case names a method, what goes in, what must come out and how nearly; every value that it names is
//! compared. The functions below only translate: what they compute is `funnel::stats` and nothing else.

use funnel::stats::association::Fourfold;
use funnel::stats::difference::Pair;
use funnel::stats::logistic::{self, Penalty, Row};
use funnel::stats::mean::{self, Moments};
use funnel::stats::mix::{self, Part};
use funnel::stats::posterior::Posterior;
use funnel::stats::predictive::{self, Counts, Expected};
use funnel::stats::proportion::{Clusters, Interval, Method};
use funnel::stats::refunds::{Ratio, Refund, Refunds};
use funnel::stats::sample_size::Design;
use funnel::stats::survival::{self, Age};
use funnel::stats::{chain, exact, multiple, pooling, quantile, sequential, special, target};
use serde_json::{Value, json};

#[test]
fn every_case_gives_its_value() {
    let text = include_str!("../../testdata/statistics.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let method = case["method"].as_str().unwrap();
        let found = compute(method, &case["inputs"]);
        compare(&found, &case["expected"], case, method, &mut wrong);
    }
    assert!(cases.len() > 230, "only {} cases", cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_document_names_every_method_and_counts_its_cases() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../testdata/statistics.json")).unwrap();
    let document = std::fs::read_to_string("docs/statistics.md").unwrap();
    let mut counts = std::collections::BTreeMap::new();
    for case in &cases {
        *counts.entry(case["method"].as_str().unwrap()).or_insert(0) += 1;
    }
    for (method, count) in counts {
        let named = format!("`{method}` {count}");
        assert!(document.contains(&named), "docs/statistics.md does not say {named}");
    }
}

fn compare(found: &Value, expected: &Value, case: &Value, at: &str, wrong: &mut Vec<String>) {
    match expected {
        Value::Object(parts) => {
            for (key, part) in parts {
                compare(&found[key], part, case, &format!("{at}.{key}"), wrong);
            }
        }
        Value::Array(parts) => {
            for (number, part) in parts.iter().enumerate() {
                compare(&found[number], part, case, &format!("{at}[{number}]"), wrong);
            }
        }
        _ if is_near(found, expected, case) => (),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            wrong.push(format!("{at}: {found} instead of {expected} of {}", case["inputs"]));
        }
    }
}

fn is_near(found: &Value, expected: &Value, case: &Value) -> bool {
    let Some(expected) = expected.as_f64() else {
        // `serde_json` writes what is not finite as null.
        return found == expected || expected == "inf" && found.is_null();
    };
    let tolerance = case["tolerance"].as_f64().unwrap();
    let scale = if case["kind"] == "rel" { expected.abs() } else { 1.0 };
    found.as_f64().is_some_and(|found| (found - expected).abs() <= tolerance * scale + 1e-15)
}

fn number(inputs: &Value, key: &str) -> f64 {
    inputs[key].as_f64().unwrap_or_else(|| panic!("{key} in {inputs}"))
}

fn count(inputs: &Value, key: &str) -> u64 {
    inputs[key].as_u64().unwrap_or_else(|| panic!("{key} in {inputs}"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn counts(value: &Value) -> Vec<u64> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap()).collect()
}

fn bounds(interval: Option<Interval>) -> Value {
    json!({ "low": interval.map(|i| i.low), "high": interval.map(|i| i.high) })
}

fn with(mut value: Value, more: &Value) -> Value {
    let more = more.as_object().unwrap().clone();
    value.as_object_mut().unwrap().extend(more);
    value
}

fn pair(inputs: &Value) -> Pair {
    let of = |hits: &str, base: &str| (count(inputs, hits), count(inputs, base));
    Pair { first: of("k1", "n1"), second: of("k2", "n2") }
}

fn design(inputs: &Value) -> Design {
    Design { alpha: number(inputs, "alpha"), power: number(inputs, "power") }
}

fn compute(method: &str, inputs: &Value) -> Value {
    let (room, name) = method.split_once('/').unwrap_or((method, ""));
    match room {
        "proportion_ci" => one_proportion(name, inputs),
        "diff_ci" | "ratio_ci" => two_proportions(room, name, inputs),
        "sequential" => looks(name, inputs),
        "beta_binomial" => pooled(name, inputs),
        "logistic" => regression(name, inputs),
        "chain" | "bottleneck" => climbing(name, inputs),
        "decompose" => split(name, inputs),
        "mean_ci" => means(inputs),
        "anomaly" => odd(name, inputs),
        "p_adjust" => adjusted(inputs),
        _ => alone(method, inputs),
    }
}

#[expect(clippy::too_many_lines, reason = "a list of methods, one after the other")]
fn alone(method: &str, inputs: &Value) -> Value {
    match method {
        "threshold_verdict" => {
            let found =
                target::judge(count(inputs, "k"), count(inputs, "n"), number(inputs, "threshold"));
            let found = found.unwrap();
            json!({ "p_less": found.p_below, "p_greater": found.p_meets,
                "verdict": found.standing.name(), "prob_above_jeffreys": found.probability_above })
        }
        "two_proportion_tests" => tests(pair(inputs)),
        "fisher_exact" => fisher(&inputs["table"]),
        "sample_size_two_prop" | "mde_two_prop" | "visitors_until_detectable" => {
            size(method, inputs)
        }
        "mantel_haenszel_rd" => {
            let part = |stratum: &Value| {
                let Pair { first, second } = pair(stratum);
                Part { before: second, after: first }
            };
            let parts: Vec<Part> = inputs["strata"].as_array().unwrap().iter().map(part).collect();
            let split = mix::kitagawa(&parts).unwrap();
            json!({ "rd": mix::mantel_haenszel(&parts), "crude": split.after - split.before })
        }
        "quantiles" => quantiles(inputs),
        "association_2x2" | "attributable_fraction_elasticity" => fourfold(inputs),
        "micro_weight" => weights(inputs),
        "ladder_value_function" => {
            let aov = number(inputs, "aov");
            let values = chain::values(&numbers(&inputs["step_rates"]));
            let values: Vec<f64> = values.iter().map(|value| value * aov).collect();
            json!({ "value_at_step": values })
        }
        "article_rule_20_5" => {
            let lifted = chain::lift(0.1, number(inputs, "micro_lift"), 1.0);
            json!({ "kappa_linear": number(inputs, "macro_lift") / lifted.growth,
                "if_pure_chain_one_step": lifted.growth })
        }
        "winsorize_top" => {
            let (_, mut values) = money(&inputs["x"]);
            let (cap, mean, cut) = mean::winsorised(&mut values, number(inputs, "p")).unwrap();
            json!({ "cap": cap / 100.0, "mean": mean / 100.0, "n_capped": cut })
        }
        "revenue_per_visitor" => per_visitor(inputs),
        "beta_posterior" => {
            let found = posterior(inputs, ["k", "n"]);
            let range = found.interval(number(inputs, "conf"));
            json!({ "alpha": found.hits, "beta": found.misses, "mean": found.mean(),
                "median": found.median(), "lo": range.low, "hi": range.high,
                "p_above_1pct": found.above(0.01) })
        }
        "bayes/prob_b_beats_a" => {
            let (a, b) = (posterior(inputs, ["kA", "nA"]), posterior(inputs, ["kB", "nB"]));
            json!({ "prob": b.beats(a, 1.0), "expected_loss_if_choose_B": b.loss_against(a) })
        }
        "bayes/prob_ratio_above" => {
            let (a, b) = (posterior(inputs, ["kA", "nA"]), posterior(inputs, ["kB", "nB"]));
            json!({ "prob": b.beats(a, number(inputs, "ratio")) })
        }
        "ratio/delta_method" => ratio(inputs),
        "refund_rules" => refunds(inputs),
        "heavy_tail_diagnostics" => {
            let tail = mean::tail(&mut money(&inputs["x"]).1).unwrap();
            json!({ "top_order_share": tail.top_share, "skewness": tail.skewness,
                "n_needed_for_clt_skew": tail.needed })
        }
        "chi2_k_segments" => {
            let found = exact::heterogeneity(&segments(inputs)).unwrap();
            json!({ "chi2": found.chi_squared, "df": found.freedom, "p": found.p,
                "cramers_v": found.cramers_v, "min_expected": found.least_expected })
        }
        "segment_vs_rest" => against_rest(inputs),
        "simpson_detector" => simpson(inputs),
        "mix_shift/psi" => {
            json!({ "psi": mix::stability(&numbers(&inputs["p"]), &numbers(&inputs["q"])) })
        }
        _ => over_time(method, inputs),
    }
}

fn one_proportion(name: &str, inputs: &Value) -> Value {
    if name == "wilson_cluster" {
        let mut clusters = Clusters::default();
        let sizes = counts(&inputs["sessions_per_visitor"]);
        for (size, hits) in sizes.iter().zip(counts(&inputs["conversions_per_visitor"])) {
            clusters.add(*size, hits);
        }
        let found = clusters.rate(number(inputs, "conf")).unwrap();
        let rate = clusters.hits as f64 / clusters.size as f64;
        let values = json!({ "p": rate, "N": clusters.size, "G": clusters.clusters,
            "var_cluster": found.variance, "deff": found.effect, "n_eff": found.trials });
        return with(bounds(Some(found.interval)), &values);
    }
    let method = Method::ALL.into_iter().find(|method| {
        let own = method.name().replace('-', "_");
        own == name
    });
    let (hits, base) = (count(inputs, "k"), count(inputs, "n"));
    let found = method.unwrap().interval(hits, base, number(inputs, "conf"));
    with(bounds(found), &json!({ "p": hits as f64 / base as f64 }))
}

fn two_proportions(room: &str, name: &str, inputs: &Value) -> Value {
    let (pair, confidence) = (pair(inputs), number(inputs, "conf"));
    let (p1, p2) = pair.shares().unwrap();
    let found = match (room, name) {
        ("diff_ci", _) => pair.newcombe(confidence),
        (_, "koopman") => pair.score_ratio(confidence, false),
        _ => pair.score_ratio(confidence, true),
    };
    with(bounds(found), &json!({ "diff": p1 - p2, "rr": p1 / p2 }))
}

fn tests(pair: Pair) -> Value {
    let (pooled, fisher) = (exact::pooled(pair).unwrap(), exact::fisher(pair).unwrap());
    json!({ "z_pooled": pooled.z, "p_z": pooled.p, "chi2": pooled.z * pooled.z,
        "chi2_yates": pooled.yates, "p_yates": pooled.yates_p,
        "fisher_p": fisher.two_sided, "fisher_midp": fisher.mid })
}

fn fisher(table: &Value) -> Value {
    let rows: Vec<Vec<u64>> = table.as_array().unwrap().iter().map(counts).collect();
    let group = |row: &[u64]| (row[0], row[0] + row[1]);
    let found = exact::fisher(Pair { first: group(&rows[0]), second: group(&rows[1]) }).unwrap();
    json!({ "p_two_sided": found.two_sided, "p_greater": found.greater })
}

fn adjusted(inputs: &Value) -> Value {
    let values = numbers(&inputs["p"]);
    let adjusted = multiple::benjamini_hochberg(&values);
    let rejected = adjusted.iter().filter(|value| **value < 0.05).count();
    json!({ "adjusted": adjusted, "n_rejected_q05": rejected, "n_rejected_05": rejected })
}

fn size(method: &str, inputs: &Value) -> Value {
    match method {
        "sample_size_two_prop" => {
            let found = design(inputs).each_group(number(inputs, "p1"), number(inputs, "p2"));
            json!({ "n_per_arm": found, "ceil": found.map(f64::ceil) })
        }
        "mde_two_prop" => {
            let (rate, each) = (number(inputs, "p1"), number(inputs, "n_per_arm"));
            let rise = design(inputs).detectable(rate, each, each);
            json!({ "mde_abs": rise, "mde_rel": rise.map(|rise| rise / rate) })
        }
        _ => {
            let Pair { first, second } = pair(inputs);
            let effect = number(inputs, "rel_effect");
            let (one, two) = design(inputs).more(first, second, effect).unwrap();
            json!({ "more1": one, "more2": two })
        }
    }
}

fn always_valid(inputs: &Value, prior: &Value) -> [f64; 2] {
    let prior = numbers(prior);
    let (hits, base) = (count(inputs, "k"), count(inputs, "n"));
    let alpha = number(inputs, "alpha");
    let found = sequential::always_valid(hits, base, alpha, (prior[0], prior[1])).unwrap();
    [found.low, found.high]
}

fn looks(name: &str, inputs: &Value) -> Value {
    match name {
        "msprt_two_prop" => {
            let Pair { first, second } = pair(inputs);
            let (tau, alpha) = (number(inputs, "tau"), number(inputs, "alpha"));
            let look = sequential::look(first, second, tau, alpha).unwrap();
            let values = json!({ "theta": look.difference, "V": look.variance,
                "Lambda": look.ratio, "p_always": look.p });
            with(bounds(Some(look.interval)), &values)
        }
        "ppr_confidence_sequence" => {
            let found = always_valid(inputs, &inputs["prior"]);
            json!({ "low": found[0], "high": found[1] })
        }
        "ppr_prior_choice" => {
            let priors = inputs["priors"].as_array().unwrap().iter();
            let found = priors.map(|prior| always_valid(inputs, prior));
            json!({ "intervals": found.collect::<Vec<_>>() })
        }
        _ => {
            let mut least: f64 = 1.0;
            let ratios = numbers(&inputs["Lambda"]);
            let p: Vec<f64> = ratios
                .iter()
                .map(|ratio| {
                    least = least.min(1.0 / ratio);
                    least
                })
                .collect();
            json!({ "p": p })
        }
    }
}

fn pooled(name: &str, inputs: &Value) -> Value {
    let groups: Vec<(u64, u64)> =
        counts(&inputs["k"]).into_iter().zip(counts(&inputs["n"])).collect();
    let (mean, correlation) = pooling::moments(&groups).unwrap();
    let prior = pooling::fit(&groups);
    match name {
        "mom_kleinman" => {
            json!({ "mu": mean, "rho": correlation, "M": 1.0 / correlation - 1.0 })
        }
        "underdispersed" => {
            json!({ "mu": mean, "rho_raw": correlation, "M": prior.map(|prior| prior.size()) })
        }
        _ => {
            let prior = prior.unwrap();
            let each = |value: &dyn Fn(u64, u64) -> f64| {
                groups.iter().map(|&(hits, base)| value(hits, base)).collect::<Vec<f64>>()
            };
            json!({ "alpha": prior.alpha, "beta": prior.beta, "M": prior.size(),
                "mean": prior.alpha / prior.size(),
                "shrunk": each(&|hits, base| prior.shrunk(hits, base)),
                "low": each(&|hits, base| prior.interval(hits, base, 0.95).low),
                "high": each(&|hits, base| prior.interval(hits, base, 0.95).high) })
        }
    }
}

/// Ages and whether the journey converted then.
fn watched(time: &Value, event: &Value) -> Vec<Age> {
    let at = |wanted: u64| -> Vec<i64> {
        let pairs = counts(time).into_iter().zip(counts(event));
        pairs.filter(|pair| pair.1 == wanted).map(|pair| i64::try_from(pair.0).unwrap()).collect()
    };
    survival::ages(&mut at(1), &mut at(0))
}

fn cohorts(inputs: &Value) -> (Vec<Age>, u64) {
    let (mut events, mut censored, mut whole) = (Vec::new(), Vec::new(), 0);
    for cohort in inputs["cohorts"].as_array().unwrap() {
        let delays: Vec<i64> =
            counts(&cohort["delays"]).into_iter().map(|d| i64::try_from(d).unwrap()).collect();
        let followed = i64::try_from(count(cohort, "followup")).unwrap();
        let rest = usize::try_from(count(cohort, "n")).unwrap() - delays.len();
        censored.extend(std::iter::repeat_n(followed, rest));
        events.extend(delays);
        whole += if followed >= 7 { count(cohort, "n") } else { 0 };
    }
    (survival::ages(&mut events, &mut censored), whole)
}

fn over_time(method: &str, inputs: &Value) -> Value {
    match method {
        "kaplan_meier" | "kaplan_meier_no_censoring" => kaplan_meier(inputs),
        "maturity_adjusted_rate" => {
            let (ages, whole) = cohorts(inputs);
            let curve = survival::curve(&ages);
            let found = curve.matured(7, whole, number(inputs, "conf")).unwrap();
            json!({ "km_rate": found.rate, "greenwood_se": curve.at(7).unwrap().error(),
                "n_eff": found.trials, "wilson_neff": [found.interval.low, found.interval.high] })
        }
        "km_mergeable_table" => {
            let (ages, _) = cohorts(inputs);
            let curve = survival::curve(&ages);
            let mut risk = curve.all;
            let row = |age: &Age| {
                let at_risk = risk;
                risk -= age.events + age.censored;
                json!({ "age": age.age, "n_risk": at_risk, "converted": age.events,
                    "censored": age.censored, "F": curve.converted_by(age.age) })
            };
            json!({ "table": ages.iter().map(row).collect::<Vec<Value>>() })
        }
        "maturity_identity_no_censoring" => {
            let hits = usize::try_from(count(inputs, "k")).unwrap();
            let base = usize::try_from(count(inputs, "n")).unwrap();
            let ages = survival::ages(&mut vec![1; hits], &mut vec![9; base - hits]);
            let found = survival::curve(&ages).matured(9, count(inputs, "n"), 0.95).unwrap();
            json!({ "km_rate": found.rate, "n_eff": found.trials,
                "wilson": [found.interval.low, found.interval.high] })
        }
        "aalen_johansen" => competing(inputs),
        "km_quantile" => {
            let curve = survival::curve(&watched(&inputs["time"], &inputs["event"]));
            let at = |q: f64| curve.quantile(q);
            json!({ "values": numbers(&inputs["q"]).into_iter().map(at).collect::<Vec<_>>() })
        }
        "conditional_time_quantile" => {
            let curve = survival::curve(&cohorts(inputs).0);
            let at = |q: f64| curve.quantile_of_converters(q, 7);
            json!({ "values": numbers(&inputs["q"]).into_iter().map(at).collect::<Vec<_>>() })
        }
        "repeat_purchase_rate" => repeat(inputs),
        _ => panic!("no method is named {method}"),
    }
}

fn posterior(inputs: &Value, [hits, base]: [&str; 2]) -> Posterior {
    let prior = numbers(&inputs["prior"]);
    let counts = (count(inputs, hits), count(inputs, base));
    Posterior::of(counts, (prior[0], prior[1])).unwrap()
}

/// Revenue by order, where customers order several times.
fn ratio(inputs: &Value) -> Value {
    let hundredths = |key: &str| money(&inputs[key]).1;
    let (revenue, orders) = (hundredths("revenue_per_customer"), hundredths("orders_per_customer"));
    let mut ratio = Ratio::default();
    for (revenue, orders) in revenue.into_iter().zip(orders) {
        ratio.add(revenue, orders);
    }
    let (value, variance) = (ratio.value().unwrap(), ratio.variance().unwrap());
    let half = special::two_sided_z(number(inputs, "conf")).unwrap() * variance.sqrt();
    json!({ "ratio": value, "var": variance, "se": variance.sqrt(),
        "lo": value - half, "hi": value + half })
}

fn refunds(inputs: &Value) -> Value {
    let mut all = Refunds::default();
    for order in inputs["orders"].as_array().unwrap().iter().filter(|order| order["test"] == false)
    {
        let hundredths = |key: &str| money(&json!([order[key]])).1[0];
        let refund = match hundredths("refund") {
            0 => Refund::Nothing,
            amount => Refund::Some(Some(amount)),
        };
        all.add(hundredths("gross"), refund, order["cancelled"] == true, false);
    }
    let (sold, count) = (all.sold, all.sold.count as f64);
    let gross = sold.below as f64 / 100.0;
    let back = all.amount().unwrap() as f64 / 100.0;
    json!({ "orders_counted": sold.count, "gross": gross, "refunds": back, "net": gross - back,
        "gross_aov": gross / count, "net_aov": (gross - back) / count,
        "refund_rate_orders": all.touched as f64 / count, "refund_rate_value": sold.value() })
}

fn kaplan_meier(inputs: &Value) -> Value {
    let curve = survival::curve(&watched(&inputs["time"], &inputs["event"]));
    let row = |step: &survival::Step| {
        let values = json!({ "t": step.age, "n_risk": step.at_risk, "d": step.events,
            "S": step.survival, "se_greenwood": step.error() });
        with(bounds(step.interval(0.95)), &values)
    };
    json!({ "table": curve.steps.iter().map(row).collect::<Vec<Value>>(),
        "median": curve.quantile(0.5), "S_at_5": 1.0 - curve.converted_by(5),
        "S_at_12": 1.0 - curve.converted_by(12), "S_last": curve.steps.last().unwrap().survival })
}

fn competing(inputs: &Value) -> Value {
    let mut ages: Vec<(i64, [u64; 3])> = Vec::new();
    let pairs = counts(&inputs["time"]).into_iter().zip(counts(&inputs["status"]));
    for (age, status) in pairs {
        let age = i64::try_from(age).unwrap();
        if ages.last().is_none_or(|last| last.0 != age) {
            ages.push((age, [0; 3]));
        }
        let kind = [2, 0, 1][usize::try_from(status).unwrap()];
        ages.last_mut().unwrap().1[kind] += 1;
    }
    let ended = ages.iter().filter(|(_, counts)| counts[0] + counts[1] > 0).map(|(age, _)| *age);
    let ended: Vec<i64> = ended.collect();
    let shares = |ages: &[(i64, [u64; 3])]| {
        let curve = survival::competing(ages);
        ended.iter().map(|&age| (age, curve.converted_by(age))).collect::<Vec<_>>()
    };
    let other: Vec<(i64, [u64; 3])> =
        ages.iter().map(|&(age, [one, two, censored])| (age, [two, one, censored])).collect();
    json!({ "cif1": shares(&ages), "cif2": shares(&other) })
}

fn repeat(inputs: &Value) -> Value {
    let customers = inputs["customers"].as_array().unwrap();
    let (mut events, mut censored) = (Vec::new(), Vec::new());
    for customer in customers {
        match customer["days_to_second"].as_i64() {
            Some(days) => events.push(days),
            None => censored.push(customer["followup_days"].as_i64().unwrap()),
        }
    }
    let curve = survival::curve(&survival::ages(&mut events, &mut censored));
    json!({ "km_90": curve.converted_by(90), "se": curve.at(90).unwrap().error() })
}

fn quantiles(inputs: &Value) -> Value {
    let mut values =
        inputs["x"].as_array().unwrap().iter().map(|x| x.as_i64().unwrap_or(0)).collect::<Vec<_>>();
    let qs = numbers(&inputs["q"]);
    let each = |q: f64| {
        let [found] = quantile::quantiles(&mut values, [q], |value| value as f64)?;
        Some(found)
    };
    json!({ "type7_linear": qs.into_iter().map(each).collect::<Vec<_>>() })
}

fn fourfold(inputs: &Value) -> Value {
    let [with_hits, with_misses, without_hits, without_misses] =
        ["micro_order", "micro_noorder", "nomicro_order", "nomicro_noorder"]
            .map(|key| count(inputs, key));
    let table = Fourfold { with_hits, with_misses, without_hits, without_misses };
    let (ratio, interval) = table.odds_ratio(0.95).unwrap();
    let paf = table.attributable();
    json!({ "lift": table.lift(), "or_haldane": ratio, "or_haldane_lo": interval.low,
        "or_haldane_hi": interval.high, "mutual_info_bits": table.information(),
        "paf": paf, "macro_uplift_if_micro_plus20pct": paf.map(|paf| 0.2 * paf) })
}

/// Rows of journeys, or of patterns with their counts.
fn rows(inputs: &Value) -> Vec<Row> {
    let patterns = inputs.get("rows").and_then(Value::as_array);
    if let Some(patterns) = patterns {
        let row = |values: Vec<f64>| Row {
            columns: vec![1.0, values[0], values[1], values[2]],
            base: values[3],
            hits: values[4],
        };
        return patterns.iter().map(|pattern| row(numbers(pattern))).collect();
    }
    let x = inputs["X"].as_array().unwrap().iter().map(numbers);
    let single = inputs.get("y").map(numbers);
    let hits = single.clone().unwrap_or_else(|| numbers(&inputs["k"]));
    let base = single.map_or_else(|| numbers(&inputs["n"]), |single| vec![1.0; single.len()]);
    x.zip(hits.into_iter().zip(base))
        .map(|(x, (hits, base))| Row { columns: [vec![1.0], x].concat(), base, hits })
        .collect()
}

fn regression(name: &str, inputs: &Value) -> Value {
    let rows = rows(inputs);
    let fitted = |penalty| logistic::fit(&rows, penalty).unwrap();
    let errors = |fit: &logistic::Fit| {
        (0..fit.coefficients.len()).map(|column| fit.error(column)).collect::<Vec<f64>>()
    };
    match name {
        "irls" => {
            let fit = fitted(Penalty::None);
            json!({ "coef": fit.coefficients, "se": errors(&fit) })
        }
        "firth" => {
            let fit = fitted(Penalty::Firth);
            json!({ "coef": fit.coefficients, "se_wald": errors(&fit) })
        }
        "ridge" => {
            json!({ "coef": fitted(Penalty::Ridge(number(inputs, "lambda_"))).coefficients })
        }
        _ => {
            let fit = fitted(Penalty::None);
            let action = |column: usize| {
                let (b, spread) =
                    (fit.coefficients[column], 1.959_963_984_540_054 * fit.error(column));
                let effect = fit.effect(&rows, column);
                json!({ "adjusted_or": b.exp(), "adj_or_ci": [(b - spread).exp(), (b + spread).exp()],
                    "gcomp_rd": effect.on_all, "gcomp_att": effect.on_those_with })
            };
            json!({ "coef": fit.coefficients, "se": errors(&fit),
                "coef_firth": fitted(Penalty::Firth).coefficients,
                "search": action(2), "wishlist": action(3) })
        }
    }
}

fn weights(inputs: &Value) -> Value {
    let rows = rows(inputs);
    let fit = logistic::fit(&rows, Penalty::None).unwrap();
    let aov = number(inputs, "aov");
    let effect = |column| fit.effect(&rows, column).on_those_with * aov;
    json!({ "incremental_value_att": { "search": effect(2), "wishlist": effect(3) } })
}

fn climbing(name: &str, inputs: &Value) -> Value {
    let reached = counts(&inputs["counts"]);
    let orders = *reached.last().unwrap() as f64;
    let whole = orders / reached[0] as f64;
    let rate = |step: usize| reached[step + 1] as f64 / reached[step] as f64;
    match name {
        "headroom" => {
            let benchmarks = numbers(&inputs["benchmarks"]);
            let row = |step: usize| {
                let (hits, base) = (reached[step + 1], reached[step]);
                let found = chain::headroom(hits, base, benchmarks[step]).unwrap();
                json!({ "step": step, "rate": rate(step), "benchmark": benchmarks[step],
                    "prob_below_benchmark": found.probability_below,
                    "extra_orders_expected": orders * found.growth })
            };
            json!({ "rank": (0..benchmarks.len()).map(row).collect::<Vec<Value>>() })
        }
        "absolute_sensitivity" => {
            let extra = |step: usize| {
                orders
                    * chain::lift(rate(step), number(inputs, "delta_abs") / rate(step), 1.0).growth
            };
            json!({ "extra_orders_per_1pp": (0..reached.len() - 1).map(extra).collect::<Vec<f64>>() })
        }
        _ => {
            let step = usize::try_from(count(inputs, "step")).unwrap();
            let pass = number(inputs, "marginal_quality");
            let found = chain::lift(rate(step), number(inputs, "relative_lift"), pass);
            json!({ "new_rate": found.rate, "relative_macro": found.growth, "capped": found.capped,
                "p_new": whole * (1.0 + found.growth), "extra_orders": orders * found.growth })
        }
    }
}

fn split(name: &str, inputs: &Value) -> Value {
    if name == "lmdi_revenue" {
        let factors = |key: &str, aov: f64| {
            let reached = counts(&inputs[key]);
            let rates = reached.windows(2).map(|pair| pair[1] as f64 / pair[0] as f64);
            let mut factors = vec![reached[0] as f64];
            factors.extend(rates);
            factors.push(aov);
            factors
        };
        let before = factors("counts0", number(inputs, "aov0"));
        let after = factors("counts1", number(inputs, "aov1"));
        let parts = mix::log_mean_split(&before, &after).unwrap();
        let names = ["traffic", "step1", "step2", "step3", "step4", "aov"];
        let parts: serde_json::Map<String, Value> = names
            .iter()
            .zip(parts)
            .map(|(name, part)| ((*name).to_string(), json!(part)))
            .collect();
        let change = after.iter().product::<f64>() - before.iter().product::<f64>();
        return json!({ "delta_revenue": change, "contributions": parts });
    }
    let names: Vec<&String> = inputs["period0"].as_object().unwrap().keys().collect();
    let of = |period: &str, name: &str| {
        let group = &inputs[period][name];
        (count(group, "k"), count(group, "n"))
    };
    let parts: Vec<Part> = names
        .iter()
        .map(|name| Part { before: of("period0", name), after: of("period1", name) })
        .collect();
    let split = mix::kitagawa(&parts).unwrap();
    let by: serde_json::Map<String, Value> = names
        .iter()
        .zip(&split.parts)
        .map(|(name, part)| ((*name).clone(), json!({ "rate": part.rate, "mix": part.mix })))
        .collect();
    json!({ "p0": split.before, "p1": split.after, "delta": split.after - split.before,
        "rate_effect": split.rate_effect, "mix_effect": split.mix_effect, "by_segment": by })
}

/// Hundredths, as moments and one by one.
fn money(values: &Value) -> (Moments, Vec<i128>) {
    #[expect(clippy::cast_possible_truncation, reason = "the cases have small amounts")]
    let hundredths = |value: f64| (value * 100.0).round() as i128;
    let values: Vec<i128> = numbers(values).into_iter().map(hundredths).collect();
    let mut moments = Moments::default();
    for value in &values {
        moments.add(*value);
    }
    (moments, values)
}

fn in_units(interval: Option<Interval>) -> Value {
    bounds(interval.map(|i| Interval { low: i.low / 100.0, high: i.high / 100.0 }))
}

fn means(inputs: &Value) -> Value {
    let (moments, _) = money(&inputs["x"]);
    let found = moments.interval(0.95);
    let mean = moments.mean().map(|mean| mean / 100.0);
    let deviation = moments.deviation().map(|deviation| deviation / 100.0);
    let error = deviation.zip(mean).map(|(d, m)| d / (moments.count as f64).sqrt() / m);
    with(in_units(found), &json!({ "mean": mean, "sd": deviation, "se_log": error }))
}

fn per_visitor(inputs: &Value) -> Value {
    let (moments, _) = money(&inputs["order_values"]);
    let (value, interval) = moments.per(count(inputs, "n_visitors"), 0.95).unwrap();
    json!({ "rpv": value / 100.0, "log_lo": interval.low / 100.0, "log_hi": interval.high / 100.0,
        "aov": moments.mean().unwrap() / 100.0 })
}

fn segments(inputs: &Value) -> Vec<(u64, u64)> {
    let segments = inputs["segments"].as_array().unwrap().iter();
    segments.map(|segment| (count(segment, "k"), count(segment, "n"))).collect()
}

fn against_rest(inputs: &Value) -> Value {
    let groups = segments(inputs);
    let hits: u64 = groups.iter().map(|group| group.0).sum();
    let base: u64 = groups.iter().map(|group| group.1).sum();
    let pairs: Vec<Pair> = groups
        .iter()
        .map(|&first| Pair { first, second: (hits - first.0, base - first.1) })
        .collect();
    let p: Vec<f64> = pairs.iter().map(|&pair| exact::fisher(pair).unwrap().two_sided).collect();
    let q = multiple::benjamini_hochberg(&p);
    let row = |place: usize| {
        let (own, rest) = pairs[place].shares().unwrap();
        let values = json!({ "rate": own, "rest_rate": rest, "diff": own - rest,
            "p_fisher": p[place], "q_bh": q[place] });
        with(bounds(pairs[place].newcombe(0.95)), &values)
    };
    let rows: Vec<Value> = (0..pairs.len()).map(row).collect();
    json!({ "overall": hits as f64 / base as f64, "rows": rows })
}

fn simpson(inputs: &Value) -> Value {
    let group = |side: &str, size: &str| {
        let counts = counts(&inputs[side][size]);
        (counts[1], counts[0])
    };
    let parts =
        ["small", "large"].map(|size| Part { before: group("B", size), after: group("A", size) });
    let split = mix::kitagawa(&parts).unwrap();
    json!({ "overall_A": split.after, "overall_B": split.before, "reversal": split.is_reversed(),
        "adjusted_rd_mh": mix::mantel_haenszel(&parts) })
}

fn odd(name: &str, inputs: &Value) -> Value {
    match name {
        "beta_binomial_predictive" => {
            let (hits, base) = (count(inputs, "history_k"), count(inputs, "history_n"));
            let rho = inputs["overdispersion_rho"].as_f64();
            let expected = Expected::from_history(hits, base, rho).unwrap();
            let today = count(inputs, "today_n");
            let tails = expected.tails(count(inputs, "today_k"), today);
            let (low, high) = expected.band(today, 0.99);
            json!({ "alpha": expected.alpha, "beta": expected.beta, "p_low": tails.low,
                "p_high": tails.high, "p_two": tails.two_sided(), "pred_lo": low, "pred_hi": high })
        }
        "count_predictive" => {
            let found = Counts::of(&counts(&inputs["history"])).unwrap();
            let today = count(inputs, "today");
            let (tails, wide) = (found.tails(today), found.dispersed_tails(today));
            json!({ "mean": found.mean, "var": found.variance,
                "dispersion": found.variance / found.mean, "p_low": tails.low, "p_high": tails.high,
                "nb_p_low": wide.map(|t| t.low), "nb_p_high": wide.map(|t| t.high) })
        }
        _ => {
            let tests = count(inputs, "metrics") * count(inputs, "days");
            let alarms = number(inputs, "target_expected_false_alarms_per_month");
            json!({ "alpha_per_test": predictive::alarm_level(tests, alarms) })
        }
    }
}
