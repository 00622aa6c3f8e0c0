// SPDX-License-Identifier: Apache-2.0

import Glibc
import Linux
import Synchronization
import SystemPackage

/// A system call of a traced program, at the moment when it begins.
struct TracedCall {
  let name: String
  /// Its number among all system calls of the program's threads, from 1.
  let ordinal: Int
  /// Its number among the calls of this name, from 1.
  let nth: Int
  /// Whether the program's first thread makes it.
  let isOfFirstThread: Bool
  /// The registers of its six arguments.
  let arguments: [UInt64]
  /// The path among its arguments; empty if it has none.
  let path: String
}

extension TracedCall: CustomStringConvertible {
  var description: String { "call \(ordinal), \(name) \(nth)\(path.isEmpty ? "" : " \(path)")" }
}

/// What happens to a system call in place of its work.
enum Fault: Hashable {
  /// It does nothing, and returns this value.
  case result(Int)
  /// The program receives this signal when the call begins. SIGKILL ends the program before the call does its work.
  case signal(Int32)

  /// It fails with this errno.
  static func error(_ number: Int32) -> Fault { .result(-Int(number)) }
}

/// The run of a program whose system calls were traced.
struct TracedRun {
  var outcome = Outcome()
  /// The calls until the fault, or all of them.
  var calls: [TracedCall] = []
  /// The call that had the fault; `nil` if the program did not come to it.
  var hit: TracedCall?
}

/// A shell that starts programs, and traces their system calls.
///
/// This is strace's `inject`, without the two programs more that each run of strace costs: starting a program is the
/// most expensive part of a run in the guest. The thread that makes it must make all calls.
final class TracedProgram {
  private let shell: pid_t
  private let input: CInt
  private let directory: String
  private let watchdog: TracedWatchdog

  /// Starts the shell in the network namespace of the calling thread.
  init(_ directory: ScratchDirectory) throws {
    self.directory = directory.path
    watchdog = try TracedWatchdog()
    let (output, input) = try FileDescriptor.pipe()
    for end in [output, input] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output.rawValue, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words = [strdup("sh"), nil]
    defer { free(words[0]) }
    var process: pid_t = 0
    let failure = posix_spawn(&process, "/bin/sh", &actions, nil, &words, environ)
    guard failure == 0 else { throw Errno(rawValue: failure) }
    try output.close()
    shell = process
    self.input = input.rawValue
    try Ptrace.seize(shell)
  }

  deinit {
    close(input)
    kill(shell, SIGKILL)
    var status: CInt = 0
    while waitpid(shell, &status, Ptrace.waitOptions) == shell, status & 0x7f == 0x7f {}
    watchdog.end()
  }

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - words: Its path and arguments.
  ///   - isTraced: Whether its calls are traced. Without, `fault` is not called.
  ///   - fault: The fault of a call; `nil` for none. After the first fault no call is traced.
  /// - Returns: How it ended, and its calls.
  /// - Throws: `Errno`, when the shell does not work.
  func run(_ words: [String], isTraced: Bool = true, fault: (TracedCall) -> Fault? = { _ in nil }) throws -> TracedRun {
    var line = words.map { "'\($0)'" }.joined(separator: " ")
    line += " <&- </dev/null >\(directory)/out 2>\(directory)/err\n"
    guard write(input, line, line.utf8.count) == line.utf8.count else { throw Errno(rawValue: errno) }
    var session = TracedSession(shell: shell, isTracing: isTraced)
    defer { watchdog.watch(nil) }
    while session.status == nil {
      var status: CInt = 0
      let thread = waitpid(-1, &status, Ptrace.waitOptions)
      if thread < 0, errno == EINTR { continue }
      guard thread > 0, thread != shell || status & 0x7f == 0x7f else { throw Errno.noChildProcess }
      session.handle(thread, status, fault)
      watchdog.watch(session.program)
    }
    session.endOthers()
    let files = ScratchDirectory(path: directory)
    session.run.outcome = Outcome(session.status ?? 0, files.text("out"), files.text("err"))
    return session.run
  }
}

/// The tracing of one program.
private struct TracedSession {
  let shell: pid_t
  /// Whether calls stop the program.
  var isTracing: Bool
  var program: pid_t?
  /// How the program ended: its exit status, or the signal that killed it, negative.
  var status: Int32?
  var run = TracedRun()
  /// The threads of the program and its children until they become another program, and whether each is in a call.
  private var threads: [pid_t: Bool] = [:]
  /// The result that the call of a thread has to return.
  private var results: [pid_t: Int] = [:]
  private var counts: [String: Int] = [:]
  private var hasStarted = false

  init(shell: pid_t, isTracing: Bool) {
    self.shell = shell
    self.isTracing = isTracing
  }

  /// Handles a stop or the end of a thread.
  mutating func handle(_ thread: pid_t, _ wait: CInt, _ fault: (TracedCall) -> Fault?) {
    guard wait & 0x7f == 0x7f else {
      threads[thread] = nil
      if thread == program { status = wait & 0x7f == 0 ? wait >> 8 & 0xff : -(wait & 0x7f) }
      return
    }
    let (signal, event) = (wait >> 8 & 0xff, wait >> 16)
    if thread == shell {
      if event == Ptrace.fork || event == Ptrace.vfork || event == Ptrace.clone {
        program = Ptrace.message(shell)
        if let program, threads[program] == nil { threads[program] = false }
      }
      Ptrace.go(shell, event == 0 ? signal : 0, isTracing: false)
      return
    }
    // A thread may stop before its creator reports it.
    if threads[thread] == nil { threads[thread] = false }
    if event == Ptrace.exec {
      if thread != program {
        // It is the command of a trial.
        threads[thread] = nil
        Ptrace.release(thread)
        return
      }
      hasStarted = true
      threads[thread] = true
    }
    if signal == SIGTRAP | 0x80 {
      call(thread, fault)
      return
    }
    Ptrace.go(thread, event == 0 ? signal : 0, isTracing: hasStarted && isTracing)
  }

  /// Handles the begin or the end of a call.
  private mutating func call(_ thread: pid_t, _ fault: (TracedCall) -> Fault?) {
    let isInside = threads[thread] ?? false
    threads[thread] = !isInside
    if isInside {
      if let result = results.removeValue(forKey: thread) { Ptrace.setResult(thread, result) }
      Ptrace.go(thread, 0, isTracing: isTracing)
      return
    }
    guard isTracing, let registers = Ptrace.registers(thread) else {
      Ptrace.go(thread, 0, isTracing: isTracing)
      return
    }
    let name = SystemCalls.name(registers.call)
    counts[name, default: 0] += 1
    let call = TracedCall(
      name: name, ordinal: run.calls.count + 1, nth: counts[name] ?? 0, isOfFirstThread: thread == program,
      arguments: registers.arguments, path: SystemCalls.path(name, registers.arguments, of: thread))
    run.calls.append(call)
    switch fault(call) {
    case nil: Ptrace.go(thread, 0, isTracing: true)
    case .result(let result):
      hit(call)
      Ptrace.skipCall(thread)
      results[thread] = result
      Ptrace.go(thread, 0, isTracing: true)
    case .signal(SIGKILL):
      hit(call)
      if let program { kill(program, SIGKILL) }
      if thread != program { Ptrace.go(thread, 0, isTracing: false) }
    case .signal(let signal):
      hit(call)
      Ptrace.go(thread, signal, isTracing: false)
    }
  }

  private mutating func hit(_ call: TracedCall) {
    run.hit = call
    isTracing = false
  }

  /// Ends processes that the program started and that did not become another program.
  mutating func endOthers() {
    for thread in threads.keys {
      kill(thread, SIGKILL)
      var wait: CInt = 0
      while waitpid(thread, &wait, Ptrace.waitOptions) == thread, wait & 0x7f == 0x7f {}
    }
  }
}

/// Kills a program that hangs.
private final class TracedWatchdog: Sendable {
  private struct State {
    var program: pid_t?
    var since = ContinuousClock.now
    var hasEnded = false
  }

  private let state = Mutex(State())

  init() throws {
    try ThreadWithTimeout.start { [self] in
      while true {
        usleep(500_000)
        let (hasEnded, program) = state.withLock { state in
          (state.hasEnded, state.since.duration(to: .now) > .seconds(60) ? state.program : nil)
        }
        if hasEnded { return }
        if let program { kill(program, SIGKILL) }
      }
    }
  }

  func watch(_ program: pid_t?) {
    state.withLock { state in
      guard state.program != program else { return }
      state.program = program
      state.since = .now
    }
  }

  func end() { state.withLock { $0.hasEnded = true } }
}
