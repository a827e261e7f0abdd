//! One connection of one client, kept open.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::failure::Failure;

/// An open connection.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    /// Opens one.
    ///
    /// # Errors
    /// [`Failure`] when nobody listens there.
    pub async fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            handshake(TokioIo::new(stream)).await.map_err(|error| Failure::of("a connection", error))?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(Self { sender, host: address.to_owned() })
    }

    /// `GET`: the status and the bytes.
    ///
    /// # Errors
    /// [`Failure`] when the connection breaks.
    pub async fn get(&mut self, path: &str, token: &str) -> Result<(u16, Bytes), Failure> {
        self.send("GET", path, token, Bytes::new()).await
    }

    /// `POST` of a resource: the status and the bytes.
    ///
    /// # Errors
    /// [`Failure`] when the connection breaks.
    pub async fn post(&mut self, path: &str, token: &str, body: Bytes) -> Result<(u16, Bytes), Failure> {
        self.send("POST", path, token, body).await
    }

    async fn send(&mut self, method: &str, path: &str, token: &str, body: Bytes) -> Result<(u16, Bytes), Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.host)
            .header("content-type", "application/fhir+json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.body(Full::new(body)).map_err(|error| Failure::of("a request", error))?;
        self.sender.ready().await.map_err(|error| Failure::of("a connection", error))?;
        let answer = self.sender.send_request(request).await.map_err(|error| Failure::of("a request", error))?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.map_err(|error| Failure::of("an answer", error))?.to_bytes();
        Ok((status, bytes))
    }
}
