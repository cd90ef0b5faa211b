use super::*;
use crate::report::records::Value;

fn compared(first: (u64, u64), second: (u64, u64)) -> CalcCompare {
    CalcCompare::new(Pair { first, second }, 0.95, 0.2)
}

#[test]
fn an_effect_that_cannot_be_is_not_counted_with_a_smaller_one() {
    for (first, second) in [((10, 10), (10, 10)), ((36, 40), (16, 80))] {
        let answer = compared(first, second);
        assert_eq!(answer.more_needed, None);
        let note = answer.more_in_words().unwrap();
        assert!(note.contains("cannot rise by 20.0%"), "{note}");
    }
    let possible = compared((10, 500), (25, 500));
    assert!(
        possible
            .more_in_words()
            .unwrap()
            .starts_with("To see in four of five cases that the second rate is 20.0%")
    );
    let plan = CalcSampleSize::new(0.9, 0.2, Design::default(), None);
    assert_eq!(
        plan.sheets()[0].lead,
        ["A rate of 90.0% cannot rise to 108.0%: that would be more than all."]
    );
}

#[test]
fn no_sentence_has_a_hole() {
    let pairs = [((10, 10), (10, 10)), ((1, 1), (0, 1)), ((0, 1), (1, 1)), ((0, 0), (1, 2))];
    for (first, second) in pairs {
        let sentence = compared(first, second).sentence;
        assert!(!sentence.contains(words::UNKNOWN), "{sentence}");
    }
}

#[test]
fn programs_learn_how_the_first_stands_to_the_second() {
    let records = compared((100, 500), (200, 500)).records();
    let of = |row: usize, name: &str| {
        let column = records.header.iter().position(|own| own == name).unwrap();
        records.rows[row][column].clone()
    };
    assert_eq!([of(0, "group"), of(1, "group")], ["first", "second"].map(Value::from));
    assert_eq!(of(0, "ratio"), Value::Number(0.5));
    assert!(matches!(of(0, "difference_low"), Value::Number(low) if low < -0.2));
    assert!(matches!(of(0, "p_value"), Value::Number(p) if p < 0.001));
    assert_eq!(of(1, "difference"), Value::Nothing);
}
