use std::future::Future;

use accounts::password::{Cost, HashError, Kdf, argon2id};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Crypto, CryptoKey};
use worker::js_sys::{ArrayBuffer, Object, Reflect, Uint8Array, global};
use worker::send::SendFuture;
use worker::wasm_bindgen::{JsCast, JsValue};

/// PBKDF2 by the platform, whose time costs a fraction of what wasm takes for it; Argon2id, which it lacks, in wasm.
#[derive(Clone, Copy, Debug, Default)]
pub struct WebCrypto;

impl Kdf for WebCrypto {
    fn derive(
        &self,
        cost: Cost,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> impl Future<Output = Result<Vec<u8>, HashError>> + Send {
        SendFuture::new(async move {
            match cost {
                Cost::Argon2id(cost) => argon2id(cost, password, salt, bytes),
                Cost::Pbkdf2 { iterations } => pbkdf2(password, salt, iterations, bytes)
                    .await
                    .map_err(|error| HashError::Platform(format!("{error:?}"))),
            }
        })
    }
}

async fn pbkdf2(password: &[u8], salt: &[u8], iterations: u32, bytes: usize) -> Result<Vec<u8>, JsValue> {
    let crypto: Crypto = Reflect::get(&global(), &"crypto".into())?.unchecked_into();
    let subtle = crypto.subtle();
    let usages: JsValue = worker::js_sys::Array::of1(&"deriveBits".into()).into();
    let key = subtle.import_key_with_str("raw", &Uint8Array::from(password), "PBKDF2", false, &usages)?;
    let key: CryptoKey = JsFuture::from(key).await?.unchecked_into();
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"PBKDF2".into())?;
    Reflect::set(&algorithm, &"hash".into(), &"SHA-256".into())?;
    Reflect::set(&algorithm, &"salt".into(), &Uint8Array::from(salt))?;
    Reflect::set(&algorithm, &"iterations".into(), &iterations.into())?;
    let bits = u32::try_from(bytes * 8).map_err(|_| JsValue::from("the key is too long"))?;
    let derived = JsFuture::from(subtle.derive_bits_with_object(&algorithm, &key, bits)?).await?;
    Ok(Uint8Array::new(&derived.unchecked_into::<ArrayBuffer>()).to_vec())
}
