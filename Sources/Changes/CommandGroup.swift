// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A command and what it has started, to be ended together.
///
/// Where there is no terminal, it leads a process group of its own. On a terminal, the command stays in the group of the
/// caller's job: so Ctrl-C, Ctrl-Z and `fg` work on both, it may read what is typed, and so may a pager behind a pipe. So
/// what it has started is known by its parents; those that have ended hand theirs over to this process. What has begun
/// a session of its own, as services do, is no longer the command's.
struct CommandGroup {
  private let process: pid_t
  private let isAlone: Bool

  /// That of a command that was started by this process, which has other children than that and those of the command
  /// unless it is alone.
  init(of process: pid_t, _ isAlone: Bool) {
    self.process = process
    self.isAlone = isAlone
  }

  /// Whether something of it runs.
  var isRunning: Bool { !members.isEmpty }

  /// Sends a signal to the command and to what it has started, each once.
  func send(_ signal: CInt) {
    for member in members { kill(member, signal) }
  }

  /// Takes note of the end of what was handed over to this process.
  func reapOrphans() {
    // The command itself is left: as long as nobody has taken note of its end, its number is nobody else's.
    let group = getpgid(process)
    var info = siginfo_t()
    while group > 0, waitid(P_PGID, id_t(group), &info, WEXITED | WNOWAIT | WNOHANG) == 0, info.si_signo != 0 {
      let ended = info._sifields._sigchld.si_pid
      guard ended != process else { return }
      waitpid(ended, nil, WNOHANG)
      info = siginfo_t()
    }
  }

  /// The processes that have not ended.
  private var members: [pid_t] {
    let (own, session) = (getpid(), getsid(0))
    let root = isAlone ? own : process
    let processes = ProcessState.all()
    let group = processes.first { $0.number == process }.map(\.group)
    let parents = Dictionary(processes.map { ($0.number, $0.parent) }) { first, _ in first }
    func isDescendant(_ number: pid_t) -> Bool {
      var next = parents[number]
      while let parent = next, parent > 1 {
        if parent == root { return true }
        next = parents[parent]
      }
      return false
    }
    return processes.filter {
      guard !$0.hasEnded, $0.number != own else { return false }
      if $0.number == process || ($0.group == group && group != getpgrp()) { return true }
      return $0.session == session && isDescendant($0.number)
    }.map(\.number)
  }
}
