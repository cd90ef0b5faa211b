//! The texts of a row in one piece of memory. A shop has a million orders of a dozen short texts each, and
//! a piece of memory for every text costs more than reading it.

use std::iter::from_fn;
use std::ops::Range;

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cell {
    /// The name that the shop gave: `#1001`.
    Name = b'a',
    /// The number, digits only.
    Id,
    /// The e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A browser that an app has noted.
    Client,
    /// The number of the shop's customer.
    Customer,
    /// A token or number of the checkout.
    Token,
    /// When the record was made.
    CreatedAt,
    /// What it was paid through.
    Gateway,
    /// What the buyer was asked to pay.
    Total,
    /// What went back.
    Refunded,
    /// When the record was changed last.
    UpdatedAt,
    /// The app that made the record, if it is none that is known.
    Source,
}

impl Cell {
    /// All, in the order of their signs.
    const ALL: [Cell; 13] = [
        Cell::Name,
        Cell::Id,
        Cell::Email,
        Cell::Phone,
        Cell::Client,
        Cell::Customer,
        Cell::Token,
        Cell::CreatedAt,
        Cell::Gateway,
        Cell::Total,
        Cell::Refunded,
        Cell::UpdatedAt,
        Cell::Source,
    ];
}

/// The cells that hold money.
pub const AMOUNTS: [Cell; 2] = [Cell::Total, Cell::Refunded];

/// Texts of a row, each with what it says. One without signs says nothing and is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    texts: Box<str>,
    /// What they say something of, as bits: most rows are asked for more than they say.
    said: u32,
}

/// Lengths are written as two signs; this many fit into the second.
const SIGNS: usize = 0x800;

/// No text is longer; what is, is cut.
const LONGEST: usize = 0xD000 * SIGNS;

impl Packed {
    /// The first text that says something.
    pub fn get(&self, cell: Cell) -> Option<&str> {
        self.all(cell).next()
    }

    /// Whether any text says something of it.
    pub fn says(&self, cell: Cell) -> bool {
        self.said & bit(sign(cell)) != 0
    }

    /// All texts that say something, in the order in which they were added.
    pub fn all(&self, cell: Cell) -> impl Iterator<Item = &str> {
        let texts = if self.says(cell) { &*self.texts } else { "" };
        let mut places = places(texts).filter(move |(own, _)| *own == sign(cell));
        from_fn(move || texts.get(places.next()?.1))
    }

    /// All texts, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (Cell, &str)> {
        let cell = |own: char| Cell::ALL.get(own as usize - Cell::Name as usize).copied();
        each(&self.texts).filter_map(move |(own, text)| Some((cell(own)?, text)))
    }

    /// Adds texts.
    pub fn extend<'t>(&mut self, texts: impl Iterator<Item = (Cell, &'t str)>) {
        let Packed { texts: own, said } = std::mem::take(self);
        let mut packing = Packing { texts: own.into(), said };
        texts.for_each(|(cell, text)| packing.add(cell, text));
        *self = packing.whole();
    }

    /// Takes over what others say of which nothing is said here, but for amounts: these were read when rows were by
    /// themselves, and may only be taken over together with what else says what they mean.
    pub fn fill(&mut self, others: &Packed) {
        let said = AMOUNTS.into_iter().fold(self.said, |said, cell| said | bit(sign(cell)));
        if others.said & !said == 0 {
            return;
        }
        let mut filled = Packing { texts: self.texts.to_string(), said: self.said };
        let new = each(&others.texts).filter(|(own, _)| said & bit(*own) == 0);
        new.for_each(|(own, text)| filled.push(own, text));
        *self = filled.whole();
    }

    /// Takes over the texts of some kinds that are not here yet.
    pub fn add_new(&mut self, cells: &[Cell], others: &Packed) {
        let is_new = |cell: Cell, text: &str| self.all(cell).all(|own| own != text);
        let new = cells.iter().flat_map(|&cell| others.all(cell).map(move |text| (cell, text)));
        let new: Vec<(Cell, &str)> = new.filter(|(cell, text)| is_new(*cell, text)).collect();
        if !new.is_empty() {
            self.extend(new.into_iter());
        }
    }
}

/// Texts that are being packed.
#[derive(Debug)]
pub struct Packing {
    texts: String,
    said: u32,
}

impl Default for Packing {
    /// Room for the texts of a usual row.
    fn default() -> Packing {
        const USUAL: usize = 320;
        Packing { texts: String::with_capacity(USUAL), said: 0 }
    }
}

impl Packing {
    /// Adds a text.
    pub fn add(&mut self, cell: Cell, text: &str) {
        if !text.is_empty() {
            self.push(sign(cell), text);
        }
    }

    /// Adds a text if there is one.
    pub fn add_some(&mut self, cell: Cell, text: Option<impl AsRef<str>>) {
        if let Some(text) = text {
            self.add(cell, text.as_ref());
        }
    }

    /// Whether a text was added already.
    pub fn has(&self, cell: Cell, text: &str) -> bool {
        each(&self.texts).any(|known| known == (sign(cell), text))
    }

    /// The texts, packed.
    pub fn packed(self) -> Packed {
        // A copy has no room to spare, and what was too large serves the next row.
        Packed { texts: self.texts.as_str().into(), said: self.said }
    }

    /// The same in the room that they have.
    fn whole(self) -> Packed {
        Packed { texts: self.texts.into_boxed_str(), said: self.said }
    }

    fn push(&mut self, own: char, text: &str) {
        let text = text.get(..text.floor_char_boundary(LONGEST)).unwrap_or(text);
        let digits = [text.len() / SIGNS, text.len() % SIGNS];
        self.said |= bit(own);
        self.texts.push(own);
        self.texts.extend(
            digits.map(|digit| u32::try_from(digit).ok().and_then(char::from_u32).unwrap_or('\0')),
        );
        self.texts.push_str(text);
    }
}

fn bit(own: char) -> u32 {
    1 << (own as u32 - sign(Cell::Name) as u32)
}

fn sign(cell: Cell) -> char {
    char::from(cell as u8)
}

/// The texts, each behind its sign.
fn each(packed: &str) -> impl Iterator<Item = (char, &str)> {
    let mut places = places(packed);
    from_fn(move || {
        let (own, text) = places.next()?;
        Some((own, packed.get(text)?))
    })
}

/// What each text says, and where it is.
fn places(packed: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut from = 0;
    from_fn(move || {
        let (own, text) = next(packed, from)?;
        from = text.end;
        Some((own, text))
    })
}

/// What the text says that begins with its signs at a place, and where it is.
#[inline]
fn next(packed: &str, from: usize) -> Option<(char, Range<usize>)> {
    let behind = packed.as_bytes().get(from..)?;
    // Most texts are so short that each sign is a byte.
    if let Some(&[own @ ..0x80, high @ ..0x80, low @ ..0x80]) = behind.first_chunk() {
        let start = from + 3;
        let end = start + usize::from(high) * SIGNS + usize::from(low);
        return Some((char::from(own), start..end));
    }
    let mut signs = packed.get(from..)?.chars();
    let own = signs.next()?;
    let length = signs.next()? as usize * SIGNS + signs.next()? as usize;
    let start = packed.len() - signs.as_str().len();
    Some((own, start..start + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CELLS: [Cell; 5] = [Cell::Name, Cell::Phone, Cell::Token, Cell::Source, Cell::Refunded];

    fn packed(texts: &[(usize, String)]) -> Packed {
        let mut packing = Packing::default();
        for (cell, text) in texts {
            packing.add(CELLS[*cell], text);
        }
        packing.packed()
    }

    fn texts() -> impl Strategy<Value = Vec<(usize, String)>> {
        prop::collection::vec((0..CELLS.len(), prop_oneof![".{0,12}", "[ab\0é]{0,3000}"]), 0..8)
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out_again(own in texts(), others in texts()) {
            let (mut mine, theirs) = (packed(&own), packed(&others));
            let of = |texts: &[(usize, String)], cell: usize| -> Vec<String> {
                let said = texts.iter().filter(|(own, text)| *own == cell && !text.is_empty());
                said.map(|(_, text)| text.clone()).collect()
            };
            for (number, cell) in CELLS.into_iter().enumerate() {
                prop_assert_eq!(mine.all(cell).collect::<Vec<_>>(), of(&own, number));
            }
            let said = own.iter().filter(|(_, text)| !text.is_empty());
            let said: Vec<(Cell, &str)> = said.map(|(cell, text)| (CELLS[*cell], &**text)).collect();
            prop_assert_eq!(mine.iter().collect::<Vec<_>>(), said);
            mine.fill(&theirs);
            for (number, cell) in CELLS.into_iter().enumerate() {
                let is_filled = of(&own, number).is_empty() && !AMOUNTS.contains(&cell);
                let expected = of(if is_filled { &others } else { &own }, number);
                prop_assert_eq!(mine.all(cell).collect::<Vec<_>>(), expected);
            }
        }
    }

    #[test]
    fn texts_are_added_behind_the_others() {
        let mut texts = packed(&[(0, "#7".into())]);
        texts.extend([(Cell::Token, "t1"), (Cell::Token, ""), (Cell::Token, "t2")].into_iter());
        assert_eq!(texts.get(Cell::Name), Some("#7"));
        assert_eq!(texts.all(Cell::Token).collect::<Vec<_>>(), ["t1", "t2"]);
        assert_eq!(texts.get(Cell::Email), None);
        texts.add_new(
            &[Cell::Token],
            &packed(&[(0, "#8".into()), (2, "t2".into()), (2, "t3".into())]),
        );
        assert_eq!(texts.all(Cell::Token).collect::<Vec<_>>(), ["t1", "t2", "t3"]);
        assert_eq!(texts.all(Cell::Name).collect::<Vec<_>>(), ["#7"]);
    }
}
