//! Counts words in the texts that it is sent: totals are in the kernel's state, one key a word.
#[path = "granary.rs"]
#[allow(dead_code)]
mod granary;

#[no_mangle]
pub extern "C" fn count() {
    let text = String::from_utf8_lossy(&granary::message()).to_lowercase();
    let mut words = 0u32;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && w.len() <= 64) {
        let before = granary::get(word.as_bytes()).map_or(0, |b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        granary::put(word.as_bytes(), &(before + 1).to_le_bytes());
        words += 1;
    }
    granary::output(words.to_string().as_bytes());
}
