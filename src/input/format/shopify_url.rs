//! What a page of a Shopify store is, by its address.
//!
//! `/collections/<c>` is a category; a tag behind it or a filter in the query makes it a sub-category.
//! Locale prefixes (`/fr`, `/en-ca`) do not count.

/// Whether the address (a path or a whole URL) is a category page narrowed to a sub-category.
pub fn is_subcategory(address: &str) -> bool {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let path = path
        .split_once("://")
        .map_or(path, |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""));
    let mut parts =
        path.split('#').next().unwrap_or("").split('/').filter(|part| !part.is_empty()).peekable();
    if parts.peek().is_some_and(|part| is_locale(part)) {
        parts.next();
    }
    if parts.next() != Some("collections") || parts.next().is_none() {
        return false;
    }
    let narrowed =
        query.split('&').any(|pair| pair.starts_with("filter.") || pair.starts_with("constraint="));
    match parts.next() {
        None => narrowed,
        Some(part) => part != "products",
    }
}

/// `fr`, `en-ca`.
fn is_locale(part: &str) -> bool {
    let letters = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic());
    part.split_once('-')
        .map_or_else(|| letters(part), |(language, country)| letters(language) && letters(country))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subcategories_are_narrowed_categories() {
        for address in [
            "/collections/care/winter",
            "https://shop.example.com/fr/collections/care/winter+dry",
            "/collections/care?filter.v.price.gte=5",
            "/en-ca/collections/care?a=1&constraint=x",
        ] {
            assert!(is_subcategory(address), "{address}");
        }
        for address in [
            "/",
            "",
            "/collections",
            "/collections/care",
            "/collections/care/products/soap",
            "/products/soap",
            "/pages/collections/a/b",
            "/collections/care?sort_by=price",
            "https://shop.example.com",
        ] {
            assert!(!is_subcategory(address), "{address}");
        }
    }
}
