//! The chapters of `docs/api.md` that the description contains, so that it can be read without any other file.

use api::description::plain;

/// The chapters that descriptions refer to, each of which becomes a tag.
pub(crate) const CHAPTERS: [&str; 11] =
    ["Calls", "Limits", "Prices", "Tags", "Filters", "Paging", "CSV", "Envelope", "Gaps", "Errors", "Caching"];

/// Returns a chapter without what leads out of it: pointers to other documents, and the shell of its examples.
pub(crate) fn chapter(within: Option<&str>, heading: &str) -> String {
    let text = documents::chapter("api.md", within, heading);
    let paragraphs = text.split("\n\n").filter(|paragraph| !is_pointer(paragraph));
    paragraphs.map(|paragraph| plain(&lines(paragraph))).collect::<Vec<_>>().join("\n\n")
}

/// Returns whether a paragraph begins with a link to another document.
fn is_pointer(paragraph: &str) -> bool {
    let target = paragraph.strip_prefix('[').and_then(|rest| rest.split_once("](")).map(|(_, target)| target);
    target.is_some_and(|target| !target.starts_with('#'))
}

/// Returns the lines without marks of generated parts, and with `GET` in place of the shell function of the examples.
fn lines(paragraph: &str) -> String {
    let lines = paragraph.lines().filter(|line| !line.starts_with("<!--"));
    lines.map(request).collect::<Vec<_>>().join("\n")
}

/// Returns `GET /resources` for `ask "/resources" > file`.
fn request(line: &str) -> String {
    let Some(call) = line.strip_prefix("    ask ") else { return line.to_owned() };
    let path = call.split(['"', '\'']).nth(1).unwrap_or(call);
    format!("    GET {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_a_request() {
        assert_eq!(request("    ask \"/resources?format=csv\" > resources.csv"), "    GET /resources?format=csv");
        assert_eq!(request("    ask '/resources?tags=!owner'"), "    GET /resources?tags=!owner");
        assert_eq!(request("ask nobody"), "ask nobody");
    }

    #[test]
    fn a_paragraph_that_leads_to_another_document_is_left_out() {
        assert!(is_pointer("[Promises](operate.md#promises) say more."));
        assert!(!is_pointer("[Filters](#filters) say more."));
        assert!(!is_pointer("The [promises](operate.md#promises) say more."));
    }

    #[test]
    fn a_generated_table_has_no_marks() {
        assert_eq!(lines("<!-- errors: begin -->\n| a |\n<!-- errors: end -->"), "| a |");
    }
}
