//! Tables behind figures, as CSV.

/// A heading and rows as CSV.
pub fn csv<H, R>(head: H, rows: impl Iterator<Item = R>) -> String
where
    H: IntoIterator<Item: AsRef<[u8]>>,
    R: IntoIterator<Item = String>,
{
    let mut out = csv::Writer::from_writer(Vec::new());
    // A vector takes whatever is written to it.
    let _ = out.write_record(head);
    for row in rows {
        let _ = out.write_record(row);
    }
    let bytes = out.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}
