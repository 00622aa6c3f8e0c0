// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc

/// A command and what it has started, to be ended together.
///
/// Where there is no terminal, it leads a process group of its own. On a terminal, the command stays in the group of the
/// caller's job: so Ctrl-C, Ctrl-Z and `fg` work on both, it may read what is typed, and so may a pager behind a pipe.
/// What it has started outside such a group is known by its parents, for what loses its parent is handed over to this
/// process. What has begun a session of its own, as services do, is no longer the command's.
struct ProcessGroup {
  private let process: pid_t
  private let isOwn: Bool
  /// What this process had started before, if it was another program then.
  private let earlier: Set<pid_t>
  /// How the command ended, as wait(2) says it; `nil` as long as it has not.
  private(set) var status: CInt?

  /// That of a command.
  ///
  /// - Parameters:
  ///   - isOwn: Whether it is to lead a process group of its own.
  ///   - start: Starts it.
  /// - Throws: What `start` throws.
  init<Failure>(isOwn: Bool, start: () throws(Failure) -> pid_t) throws(Failure) {
    // Where the system refuses, only what has lost its parent is not found.
    _ = processes_adopt_orphans()
    var info = siginfo_t()
    let hasChildren = waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0
    earlier = hasChildren ? Set(ProcessTable.states().filter { $0.parent == getpid() }.map(\.number)) : []
    self.isOwn = isOwn
    process = try start()
  }

  /// Takes note of the end of the command, and of what was handed over to this process.
  mutating func update() {
    var status: CInt = 0
    while case let ended = waitpid(-1, &status, WNOHANG), ended > 0 || (ended < 0 && errno == EINTR) {
      if ended == process { self.status = status }
    }
  }

  /// Whether something of it runs; where /proc does not tell, what is outside its group is not seen.
  var isRunning: Bool { status == nil || (isOwn && kill(-process, 0) == 0) || !strays.isEmpty }

  /// Sends a signal to the command and to what it has started, each once.
  func send(_ signal: CInt) {
    let strays = strays
    // Nobody else gets the number of a group in which something runs.
    if isOwn, kill(-process, signal) == 0 {
      if status == nil, getpgid(process) != process { kill(process, signal) }
    } else if status == nil {
      kill(process, signal)
    }
    for stray in strays { kill(stray, signal) }
  }

  /// What it has started that runs outside its own group.
  private var strays: [pid_t] {
    let (own, session) = (getpid(), getsid(0))
    let processes = ProcessTable.states()
    let parents = Dictionary(processes.map { ($0.number, $0.parent) }) { first, _ in first }
    func isStarted(_ number: pid_t) -> Bool {
      var next = number
      while let parent = parents[next], parent > 0, !earlier.contains(next) {
        if parent == own { return true }
        next = parent
      }
      return false
    }
    return processes.filter {
      !$0.hasEnded && $0.number != process && $0.session == session && !(isOwn && $0.group == process)
        && isStarted($0.number)
    }.map(\.number)
  }
}
