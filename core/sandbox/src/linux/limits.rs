//! Resource limits of the kernel, for each process.

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::profile::Limits;

pub(super) fn apply(limits: &Limits, has_namespaces: bool) -> Result<(), String> {
    // Without a user namespace of its own the kernel counts all processes of the user.
    let n_already = if has_namespaces { 0 } else { super::tree::n_tasks_of_user() };
    let wanted = [
        // Counts what is written to, not what is merely reserved: many runtimes reserve far more
        // than they use.
        (Resource::Data, "memory", limits.memory_bytes_max),
        (Resource::Nproc, "processes", n_already + limits.processes_max),
        (Resource::Nofile, "open files", limits.files_max),
        (Resource::Cpu, "processor time", limits.cpu_s_max),
        (Resource::Fsize, "file size", limits.file_bytes_max),
        // A dump would write the program's memory where others can read it.
        (Resource::Core, "core dumps", 0),
    ];
    for (resource, what, value) in wanted {
        let limit = Rlimit { current: Some(value), maximum: Some(value) };
        setrlimit(resource, limit).map_err(|error| format!("{what}: {error}"))?;
    }
    let is_exempt = rustix::process::getuid().is_root();
    if is_exempt && !super::cgroup::limits_processes() {
        return Err("processes are not counted for root, and no cgroup counts them".to_owned());
    }
    Ok(())
}
