//! PostgreSQL for tests: the server that `CALLWARD_TEST_POSTGRES` names, else a throw-away cluster that ends with this process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions};

/// Makes a cluster in the folder `$1` with the programs in `$2` and the options `$3`, and removes it when its input ends: that
/// is when the tests are over, however they ended.
const KEEPER: &str = r#"
trap 'cd /; rm -rf "$1"' EXIT
cd "$1"
"$2/initdb" --no-sync --auth=trust --username=callward --encoding=UTF8 --locale=C -D cluster >log 2>&1 || { cat log; exit 1; }
"$2/pg_ctl" start --silent --wait -D cluster -l log -o "$3" || { cat log; exit 1; }
echo ready
cat >/dev/null
"$2/pg_ctl" stop --silent --wait --mode=immediate -D cluster
"#;

/// Whether what was committed outlives the machine. Tests that kill no machine are quicker without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// `fsync` is on, as in production.
    Full,
    /// Nothing waits for the disk.
    None,
}

/// A server.
pub(crate) struct Cluster {
    server: PgConnectOptions,
    own: Option<Own>,
}

/// What we know of a server that we made.
struct Own {
    folder: PathBuf,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    options: String,
    /// Its input ends when this process does, and so does the server.
    _keeper: Child,
}

/// A database of its own for a test; dropped, it is gone.
pub(crate) struct Database {
    url: String,
    name: String,
    server: PgConnectOptions,
}

impl Cluster {
    /// The one that most tests share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(|| match std::env::var("CALLWARD_TEST_POSTGRES") {
            Ok(url) => Self { server: url.parse().unwrap(), own: None },
            Err(_) => Self::start(Durability::None),
        })
    }

    /// A cluster of one's own, to be stopped and started at will.
    pub(crate) fn start(durability: Durability) -> Self {
        let programs = programs();
        let folder = tempfile::Builder::new().prefix("callward-postgres-").tempdir().unwrap().keep();
        let user = (fs::metadata(&folder).unwrap().uid() == 0).then(somebody);
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        let disk = if durability == Durability::Full { "on" } else { "off" };
        let options =
            format!("-k {} -c listen_addresses= -c max_connections=300 -c fsync={disk} -c full_page_writes={disk}", folder.display());
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).args([&folder, &programs]).arg(&options);
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).process_group(0);
        let mut keeper = as_user(&mut keeper, user).spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(keeper.stdout.take().unwrap());
        while !said.ends_with("ready\n") {
            assert!(lines.read_line(&mut said).unwrap() > 0, "PostgreSQL did not start: {said}");
        }
        let server = PgConnectOptions::new_without_pgpass().socket(&folder).username("callward").database("postgres");
        Self { server, own: Some(Own { folder, programs, user, options, _keeper: keeper }) }
    }

    /// Ends the server as a crash would.
    pub(crate) fn crash(&self) {
        self.control(&["stop", "--mode=immediate"]);
    }

    /// Starts it again.
    pub(crate) fn start_again(&self) {
        let own = self.own.as_ref().unwrap();
        self.control(&["start", "-l", "log", "-o", &own.options]);
    }

    /// Runs `pg_ctl`; only for a cluster of one's own.
    fn control(&self, arguments: &[&str]) {
        let own = self.own.as_ref().unwrap();
        let mut command = Command::new(own.programs.join("pg_ctl"));
        command.args(arguments).args(["--silent", "--wait", "-D", "cluster"]).current_dir(&own.folder).stdout(Stdio::null());
        assert!(as_user(&mut command, own.user).status().unwrap().success(), "pg_ctl {arguments:?}");
    }

    /// An empty database.
    pub(crate) async fn database(&self) -> Database {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("callward_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        execute(&self.server, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
        let server = self.server.clone();
        let url = match server.get_socket() {
            Some(socket) => format!("postgres://{}@localhost/{name}?host={}", server.get_username(), socket.display()),
            None => server.clone().database(&name).to_url_lossy().to_string(),
        };
        Database { url, name, server }
    }
}

impl Database {
    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Lets its clock stand at `time`; the tables must have been made.
    pub(crate) async fn stand_at(&self, time: Timestamp) {
        let body = format!("SELECT {}::BIGINT", time.as_millisecond());
        self.execute(&format!("CREATE OR REPLACE FUNCTION store_time() RETURNS BIGINT STABLE LANGUAGE sql AS '{body}'")).await;
    }

    /// Does this in it.
    pub(crate) async fn execute(&self, statement: &str) {
        execute(&self.server.clone().database(&self.name), statement.to_owned()).await;
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                // A server that is stopped has nothing to be dropped.
                if let Ok(mut connection) = server.connect().await {
                    let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    let _ = sqlx::query(AssertSqlSafe(drop)).execute(&mut connection).await;
                }
            });
        });
        let _ = dropped.join();
    }
}

async fn execute(server: &PgConnectOptions, statement: String) {
    let mut connection: PgConnection = server.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
}

/// Where `initdb` and `pg_ctl` are: Debian keeps each version's in a folder of its own.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest = debian.filter(|folder| folder.join("initdb").exists()).max();
    let found = newest.or_else(|| std::env::split_paths(&path).find(|folder| folder.join("initdb").exists()));
    found.expect("PostgreSQL's programs are missing: `make tools` installs them, or CALLWARD_TEST_POSTGRES names a server")
}

/// PostgreSQL refuses to be root's.
fn somebody() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let fields: Vec<&str> = users.lines().find(|line| line.starts_with(&format!("{name}:")))?.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3)?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).unwrap()
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((user, group)) => command.uid(user).gid(group),
        None => command,
    }
}
