//! The kernel interface of Granary for Rust (module "granary", Vms/Wasm/README.md).
//! Built with `rustc --target wasm32-unknown-unknown --crate-type cdylib -O`; no crate is needed.

#[link(wasm_import_module = "granary")]
extern "C" {
    fn message_size() -> usize;
    fn message_read(to: *mut u8, room: usize, from: usize) -> usize;
    #[link_name = "output"]
    fn raw_output(at: *const u8, size: usize);
    fn state_get(key: *const u8, key_size: usize, to: *mut u8, room: usize) -> i32;
    fn state_put(key: *const u8, key_size: usize, value: *const u8, value_size: usize);
    #[link_name = "print"]
    fn raw_print(at: *const u8, size: usize);
    fn call(port: *const u8, port_size: usize, entry: *const u8, entry_size: usize, payload: *const u8,
        payload_size: usize, gas: i64) -> i64;
    #[link_name = "await"]
    fn raw_await(call: i64) -> u32;
    fn answer_size() -> usize;
    fn answer_read(to: *mut u8, room: usize, from: usize) -> usize;
    #[link_name = "sleep"]
    fn raw_sleep(milliseconds: i64);
    #[link_name = "time"]
    fn raw_time() -> i64;
    #[link_name = "random"]
    fn raw_random() -> u64;
}

/// The payload of the message in hand.
pub fn message() -> Vec<u8> {
    let mut bytes = vec![0; unsafe { message_size() }];
    unsafe { message_read(bytes.as_mut_ptr(), bytes.len(), 0) };
    bytes
}

/// Sets the output of the message.
pub fn output(bytes: &[u8]) {
    unsafe { raw_output(bytes.as_ptr(), bytes.len()) }
}

/// Diagnostic text.
pub fn print(text: &str) {
    unsafe { raw_print(text.as_ptr(), text.len()) }
}

/// The value stored under a key.
pub fn get(key: &[u8]) -> Option<Vec<u8>> {
    let size = unsafe { state_get(key.as_ptr(), key.len(), core::ptr::null_mut(), 0) };
    if size < 0 {
        return None;
    }
    let mut bytes = vec![0; size as usize];
    unsafe { state_get(key.as_ptr(), key.len(), bytes.as_mut_ptr(), bytes.len()) };
    Some(bytes)
}

/// Stores a value.
pub fn put(key: &[u8], value: &[u8]) {
    unsafe { state_put(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

/// Calls the kernel behind a port and waits for its reply: the reply's status if it is no success.
pub fn ask(port: &str, entry: &str, payload: &[u8], gas: i64) -> Result<Vec<u8>, i64> {
    let id = unsafe {
        call(port.as_ptr(), port.len(), entry.as_ptr(), entry.len(), payload.as_ptr(), payload.len(), gas)
    };
    if id < 0 {
        return Err(id);
    }
    match unsafe { raw_await(id) } {
        0 => {
            let mut bytes = vec![0; unsafe { answer_size() }];
            unsafe { answer_read(bytes.as_mut_ptr(), bytes.len(), 0) };
            Ok(bytes)
        }
        status => Err(status as i64),
    }
}

/// Waits.
pub fn sleep(milliseconds: i64) {
    unsafe { raw_sleep(milliseconds) }
}

/// The recorded time, Unix milliseconds.
pub fn time() -> i64 {
    unsafe { raw_time() }
}

/// Reproducible random bits.
pub fn random() -> u64 {
    unsafe { raw_random() }
}
