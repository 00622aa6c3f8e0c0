// SPDX-License-Identifier: Apache-2.0

internal import CSyscalls
internal import Glibc

/// A command and the processes that it started, which are ended together.
///
/// Without a terminal, the command leads its own process group. On a terminal, it stays in the group of the caller's
/// job: so Ctrl-C, Ctrl-Z and `fg` work on both, and the command and a pager after a pipe may read the keyboard.
/// Processes that it started outside its group are found by their parents, because orphans are handed over to this
/// process. Processes that have begun a new session, as services do, no longer belong to the command.
struct ProcessGroup {
  private let process: pid_t
  private let isOwn: Bool
  /// The children that this process had before, if it was another program then.
  private let earlier: Set<pid_t>
  /// The wait(2) status of the command; `nil` while it runs.
  private(set) var status: CInt?

  /// Starts a command.
  ///
  /// - Parameters:
  ///   - isOwn: Whether it leads its own process group.
  ///   - start: Starts the command, and returns its number.
  /// - Throws: The error of `start`.
  init<Failure>(isOwn: Bool, start: () throws(Failure) -> pid_t) throws(Failure) {
    // If the system refuses, only orphaned processes are not found.
    _ = processes_adopt_orphans()
    var info = siginfo_t()
    let hasChildren = waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) == 0
    earlier = hasChildren ? Set(ProcessTable.states().filter { $0.parent == getpid() }.map(\.number)) : []
    self.isOwn = isOwn
    process = try start()
  }

  /// Collects the ended processes: the command, and orphans that were handed over to this process.
  mutating func update() {
    var status: CInt = 0
    while case let ended = waitpid(-1, &status, WNOHANG), ended > 0 || (ended < 0 && errno == EINTR) {
      if ended == process { self.status = status }
    }
  }

  /// Whether any of its processes runs.
  ///
  /// If /proc is not usable, processes outside its group are not found.
  var isRunning: Bool { status == nil || (isOwn && kill(-process, 0) == 0) || !strays.isEmpty }

  /// Sends a signal to the command and to the processes that it started, once to each.
  func send(_ signal: CInt) {
    let strays = strays
    // The number of a group is not reused while one of its processes runs.
    if isOwn, kill(-process, signal) == 0 {
      if status == nil, getpgid(process) != process { kill(process, signal) }
    } else if status == nil {
      kill(process, signal)
    }
    for stray in strays { kill(stray, signal) }
  }

  /// The processes that it started and that run outside its own group.
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
