//! The kernel interface of Granary for Rust (module "granary", Vms/Wasm/README.md).
//! Built with `rustc --target wasm32-unknown-unknown --crate-type cdylib -O`; no crate is needed.

/// The functions as the engine has them: each pointer with its length behind it.
pub mod raw {
    #[link(wasm_import_module = "granary")]
    extern "C" {
        pub fn message_size() -> usize;
        pub fn message_read(to: *mut u8, room: usize, from: usize) -> usize;
        pub fn message_entry(to: *mut u8, room: usize) -> usize;
        pub fn message_sender(to: *mut u8, room: usize) -> usize;
        pub fn output(at: *const u8, size: usize);
        pub fn reply(at: *const u8, size: usize) -> u32;
        pub fn exit() -> !;
        pub fn revert(at: *const u8, size: usize) -> !;
        pub fn send(port: *const u8, port_size: usize, entry: *const u8, entry_size: usize, payload: *const u8,
            payload_size: usize, gas: i64) -> u32;
        pub fn call(port: *const u8, port_size: usize, entry: *const u8, entry_size: usize, payload: *const u8,
            payload_size: usize, gas: i64) -> i64;
        #[link_name = "await"]
        pub fn await_reply(call: i64) -> u32;
        pub fn answer_size() -> usize;
        pub fn answer_read(to: *mut u8, room: usize, from: usize) -> usize;
        pub fn receive(milliseconds: i64) -> u32;
        pub fn sleep(milliseconds: i64);
        pub fn broadcast(group: *const u8, group_size: usize, entry: *const u8, entry_size: usize,
            payload: *const u8, payload_size: usize, gas: i64) -> i32;
        pub fn port_attach(port: *const u8, port_size: usize);
        pub fn port_count() -> u32;
        pub fn port_bind(name: *const u8, name_size: usize, which: u32) -> u32;
        pub fn port_unbind(name: *const u8, name_size: usize) -> u32;
        pub fn port_open(name: *const u8, name_size: usize) -> u32;
        pub fn port_revoke(name: *const u8, name_size: usize) -> u32;
        pub fn timer_set(name: *const u8, name_size: usize, entry: *const u8, entry_size: usize, payload: *const u8,
            payload_size: usize, delay: i64, period: i64, gas: i64) -> u32;
        pub fn timer_clear(name: *const u8, name_size: usize) -> u32;
        pub fn timer_fired() -> i64;
        pub fn state_get(key: *const u8, key_size: usize, to: *mut u8, room: usize) -> i32;
        pub fn state_put(key: *const u8, key_size: usize, value: *const u8, value_size: usize);
        pub fn state_delete(key: *const u8, key_size: usize) -> u32;
        pub fn state_next(after: *const u8, after_size: usize, to: *mut u8, room: usize) -> i32;
        pub fn emit(topic: *const u8, topic_size: usize, payload: *const u8, payload_size: usize);
        pub fn print(at: *const u8, size: usize);
        pub fn log(at: *const u8, size: usize);
        pub fn random() -> u64;
        pub fn time() -> i64;
        pub fn gas_left() -> i64;
    }
}

/// Asks for the size first, then for the bytes.
fn sized(read: impl Fn(*mut u8, usize) -> i32) -> Option<Vec<u8>> {
    let size = read(core::ptr::null_mut(), 0);
    if size < 0 {
        return None;
    }
    let mut bytes = vec![0; size as usize];
    read(bytes.as_mut_ptr(), bytes.len());
    Some(bytes)
}

/// Success, or the number of the status.
fn told(status: u32) -> Result<(), u32> {
    if status == 0 { Ok(()) } else { Err(status) }
}

/// The payload of the message in hand.
pub fn message() -> Vec<u8> {
    let mut bytes = vec![0; unsafe { raw::message_size() }];
    unsafe { raw::message_read(bytes.as_mut_ptr(), bytes.len(), 0) };
    bytes
}

/// The entry point that the message names.
pub fn entry() -> String {
    let name = sized(|to, room| unsafe { raw::message_entry(to, room) as i32 });
    String::from_utf8(name.unwrap_or_default()).unwrap_or_default()
}

/// The kernel that sent the message; empty for a client.
pub fn sender() -> String {
    let name = sized(|to, room| unsafe { raw::message_sender(to, room) as i32 });
    String::from_utf8(name.unwrap_or_default()).unwrap_or_default()
}

/// Sets the output of the message.
pub fn output(bytes: &[u8]) {
    unsafe { raw::output(bytes.as_ptr(), bytes.len()) }
}

/// Answers a call before the message ends.
pub fn reply(bytes: &[u8]) -> Result<(), u32> {
    told(unsafe { raw::reply(bytes.as_ptr(), bytes.len()) })
}

/// Ends the message, and undoes what it did.
pub fn revert(reason: &str) -> ! {
    unsafe { raw::revert(reason.as_ptr(), reason.len()) }
}

/// Sends a message; nobody answers.
pub fn send(port: &str, entry: &str, payload: &[u8], gas: i64) -> Result<(), u32> {
    told(unsafe {
        raw::send(port.as_ptr(), port.len(), entry.as_ptr(), entry.len(), payload.as_ptr(), payload.len(), gas)
    })
}

/// Calls the kernel behind a port: the number of the call, for `answer`, or a status below zero.
pub fn call(port: &str, entry: &str, payload: &[u8], gas: i64) -> Result<i64, i64> {
    let id = unsafe {
        raw::call(port.as_ptr(), port.len(), entry.as_ptr(), entry.len(), payload.as_ptr(), payload.len(), gas)
    };
    if id < 0 { Err(id) } else { Ok(id) }
}

/// Waits for the reply of a call: the reply's status if it is no success.
pub fn answer(call: i64) -> Result<Vec<u8>, i64> {
    match unsafe { raw::await_reply(call) } {
        0 => {
            let mut bytes = vec![0; unsafe { raw::answer_size() }];
            unsafe { raw::answer_read(bytes.as_mut_ptr(), bytes.len(), 0) };
            Ok(bytes)
        }
        status => Err(status as i64),
    }
}

/// Calls the kernel behind a port and waits for its reply.
pub fn ask(port: &str, entry: &str, payload: &[u8], gas: i64) -> Result<Vec<u8>, i64> {
    answer(call(port, entry, payload, gas)?)
}

/// Waits for the next message (below zero: for ever); false when none came.
pub fn receive(milliseconds: i64) -> bool {
    unsafe { raw::receive(milliseconds) == 0 }
}

/// The value stored under a key.
pub fn get(key: &[u8]) -> Option<Vec<u8>> {
    sized(|to, room| unsafe { raw::state_get(key.as_ptr(), key.len(), to, room) })
}

/// Stores a value.
pub fn put(key: &[u8], value: &[u8]) {
    unsafe { raw::state_put(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

/// Removes a key; false when it was not there.
pub fn delete(key: &[u8]) -> bool {
    unsafe { raw::state_delete(key.as_ptr(), key.len()) == 1 }
}

/// The first key above another.
pub fn next(after: &[u8]) -> Option<Vec<u8>> {
    sized(|to, room| unsafe { raw::state_next(after.as_ptr(), after.len(), to, room) })
}

/// Makes a port to this kernel, to be sent to others.
pub fn open_port(name: &str) -> Result<(), u32> {
    told(unsafe { raw::port_open(name.as_ptr(), name.len()) })
}

/// The next message or reply takes a copy of a port along.
pub fn attach_port(name: &str) {
    unsafe { raw::port_attach(name.as_ptr(), name.len()) }
}

/// Keeps a port that came with the last message or reply, counted from 0.
pub fn bind_port(name: &str, which: u32) -> Result<(), u32> {
    told(unsafe { raw::port_bind(name.as_ptr(), name.len(), which) })
}

/// Publishes an event.
pub fn emit(topic: &str, payload: &[u8]) {
    unsafe { raw::emit(topic.as_ptr(), topic.len(), payload.as_ptr(), payload.len()) }
}

/// Diagnostic text.
pub fn print(text: &str) {
    unsafe { raw::print(text.as_ptr(), text.len()) }
}

/// A line for the operator.
pub fn log(text: &str) {
    unsafe { raw::log(text.as_ptr(), text.len()) }
}

/// Waits.
pub fn sleep(milliseconds: i64) {
    unsafe { raw::sleep(milliseconds) }
}

/// The recorded time, Unix milliseconds.
pub fn time() -> i64 {
    unsafe { raw::time() }
}

/// Reproducible random bits.
pub fn random() -> u64 {
    unsafe { raw::random() }
}

/// Gas left of the message.
pub fn gas_left() -> i64 {
    unsafe { raw::gas_left() }
}
