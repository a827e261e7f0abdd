//! The server under measure: the same program, started as a demo on a folder of its own, watched from outside.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use rusqlite::{Connection as File, OpenFlags};

use crate::bench::client::Connection;
use crate::failure::Failure;

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Mutex<Child>,
    pid: u32,
    address: String,
    data: PathBuf,
}

/// What `/metrics` says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counters {
    /// Commits of the engine.
    pub commits: u64,
    /// Rows in them.
    pub rows: u64,
    /// How often an act was waiting when a commit ended.
    pub waits: u64,
    /// How often it was then in the next one.
    pub next: u64,
    /// Journals that were loaded from the engine.
    pub loads: u64,
}

/// How full its files are, in bytes: pages in use, those still in the log included.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk {
    /// The journal, its index and what is derived from it: all but the snapshots.
    pub journal: f64,
    /// The snapshots: each replaces the last of its dossier, and is as large as what the dossier holds.
    pub snapshots: f64,
    /// The documents.
    pub documents: f64,
}

impl Server {
    /// Starts one as it is delivered.
    ///
    /// # Errors
    /// [`Failure`] when it does not get ready.
    pub async fn start(folder: &Path) -> Result<Self, Failure> {
        Self::start_with(folder, &[]).await
    }

    /// Starts one with settings of its own.
    ///
    /// # Errors
    /// [`Failure`] when it does not get ready.
    pub async fn start_with(folder: &Path, settings: &[&str]) -> Result<Self, Failure> {
        let data = folder.join("data");
        let program = std::env::current_exe()?;
        let mut command = Command::new(program);
        command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data).stdout(Stdio::piped());
        // One reader reads a thousand dossiers: no budget allows that, and it is the rest that is measured.
        for budget in ["professional", "small_structure", "large_structure"] {
            command.arg("--set").arg(format!("policy.budget_{budget}=[0, 0]"));
        }
        for setting in settings {
            command.args(["--set", setting]);
        }
        let mut child = command.spawn()?;
        let pid = child.id();
        let out = child.stdout.take().ok_or_else(|| Failure("the server has no output".into()))?;
        let mut lines = BufReader::new(out).lines();
        let ready = lines.find_map(|line| line.ok()?.strip_prefix("ready http://").map(str::to_owned));
        let ready = ready.ok_or_else(|| Failure("the server does not get ready".into()))?;
        let address = ready.split_whitespace().next().unwrap_or_default().to_owned();
        Ok(Self { child: Mutex::new(child), pid, address, data })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Seconds of CPU that it used so far, user and system.
    pub fn cpu_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        let after_name = text.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|one| one.parse::<f64>().ok()).sum();
        ticks / 100.0
    }

    /// Memory that it holds, in MB.
    pub fn resident_mb(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
            .map_or(0, |kilobytes| kilobytes / 1024)
    }

    /// Its own counters.
    ///
    /// # Errors
    /// [`Failure`] when it does not answer.
    pub async fn counters(&self) -> Result<Counters, Failure> {
        let mut connection = Connection::open(&self.address).await?;
        let (_, body) = connection.get("/metrics", "").await?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let value = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
        };
        Ok(Counters {
            commits: value("dmp_engine_commits_total "),
            rows: value("dmp_engine_rows_total "),
            waits: value("dmp_acts_waiting_total "),
            next: value("dmp_acts_next_total "),
            loads: value("dmp_journal_loads_total "),
        })
    }

    /// How full its files are, asked of the files themselves.
    ///
    /// # Errors
    /// [`Failure`] when one cannot be read.
    pub fn disk(&self) -> Result<Disk, Failure> {
        let size = |name: &str| -> rusqlite::Result<f64> {
            let connection = self.file(name)?;
            let value = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, f64>(0));
            let pages = value("page_count")? - value("freelist_count")?;
            Ok(pages * value("page_size")?)
        };
        let fault = |error| Failure::of("the files of the server", error);
        let snapshots = self.snapshots().map_err(fault)?;
        let journal = size("journal.sqlite").map_err(fault)? - snapshots;
        let mut disk = Disk { journal, snapshots, documents: size("blobs.sqlite").map_err(fault)? };
        for file in std::fs::read_dir(self.data.join("blobs"))? {
            // In units of 512 bytes (stat, st_blocks): what is erased is a hole.
            disk.documents += file?.metadata()?.blocks() as f64 * 512.0;
        }
        Ok(disk)
    }

    /// Waits until nothing is left for the projectors: what was done before is not to be paid for in what is measured next.
    ///
    /// # Errors
    /// [`Failure`] when the journal cannot be read.
    pub async fn settled(&self) -> Result<(), Failure> {
        let left = || -> rusqlite::Result<bool> {
            self.file("journal.sqlite")?.query_row("SELECT EXISTS (SELECT 1 FROM marked)", [], |row| row.get(0))
        };
        while left().map_err(|error| Failure::of("the journal of the server", error))? {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// Bytes of the pages that hold snapshots (SQLite's table `dbstat`).
    fn snapshots(&self) -> rusqlite::Result<f64> {
        let sql = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = 'snapshot' AND aggregate = TRUE";
        self.file("journal.sqlite")?.query_row(sql, [], |row| row.get(0))
    }

    /// One of its files, to look at.
    fn file(&self, name: &str) -> rusqlite::Result<File> {
        File::open_with_flags(self.data.join(name), OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Runs the program on the same data, beside the server.
    ///
    /// # Errors
    /// [`Failure`] when it does not end well.
    pub fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        let program = std::env::current_exe()?;
        let output = Command::new(program).args(arguments).arg("--data").arg(&self.data).output()?;
        if !output.status.success() {
            return Err(Failure::of("the program beside the server", String::from_utf8_lossy(&output.stderr)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// Ends it.
    pub fn stop(&self) {
        let mut child = self.child.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        drop(child.kill());
        drop(child.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}
