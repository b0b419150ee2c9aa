//! A provider that takes mail over HTTP, on this machine. It can be made to fail or to hang.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
pub use testkit::Behaviour;

/// The head of a request in lower case, and the mail in it.
pub type Request = (String, Value);

/// The provider. It listens as long as the process lives.
#[derive(Debug)]
pub struct MailProvider {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    behaviour: Behaviour,
    taken: Vec<Request>,
    refused: Vec<Request>,
    /// Those that nobody answers.
    held: Vec<TcpStream>,
}

impl MailProvider {
    /// Starts one that works.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}/send?tenant=1", listener.local_addr().unwrap());
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || answer(stream, &state));
            }
        });
        Self { url, state }
    }

    /// Where it takes mail.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How it answers from now on.
    pub fn set(&self, behaviour: Behaviour) {
        self.state.lock().unwrap().behaviour = behaviour;
    }

    /// What it took, the oldest first.
    pub fn taken(&self) -> Vec<Request> {
        self.state.lock().unwrap().taken.clone()
    }

    /// What it did not take.
    pub fn refused(&self) -> Vec<Request> {
        self.state.lock().unwrap().refused.clone()
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let request = read(&stream);
    let mut state = state.lock().unwrap();
    let status = match state.behaviour {
        Behaviour::Works => {
            state.taken.push(request);
            "202 Accepted"
        }
        Behaviour::Fails => {
            state.refused.push(request);
            "500 Internal Server Error"
        }
        Behaviour::Hangs => {
            state.refused.push(request);
            return state.held.push(stream);
        }
    };
    write!(&stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        reader.read_line(&mut head).unwrap();
    }
    let head = head.to_ascii_lowercase();
    let length = |text: &str, radix| usize::from_str_radix(text.trim(), radix).unwrap();
    let mut body = Vec::new();
    let mut take = |reader: &mut BufReader<&TcpStream>, length: usize| {
        let mut part = vec![0; length];
        reader.read_exact(&mut part).unwrap();
        body.extend(part);
    };
    if let Some((_, rest)) = head.split_once("\r\ncontent-length:") {
        take(&mut reader, length(rest.split("\r\n").next().unwrap(), 10));
    } else {
        // In chunks, each with its length before it.
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let size = length(&line, 16);
            if size == 0 {
                break;
            }
            take(&mut reader, size);
            reader.read_line(&mut String::new()).unwrap();
        }
    }
    (head, serde_json::from_slice(&body).unwrap())
}
