// SPDX-License-Identifier: Apache-2.0

internal import Linux
internal import Subprocess
internal import Synchronization
internal import SystemPackage
internal import Text

/// One run of a program: absolute path, fixed environment, no standard input, limited output, limited time.
struct IpvsadmProcess: Sendable {
  let path: FilePath
  /// The arguments after the path.
  ///
  /// They are bytes, because the path of a network namespace need not be UTF-8.
  let arguments: [[UInt8]]
  let timeLimit: Duration

  typealias Ending = Result<String, IpvsadmError.Cause>

  private static let outputLimit = 16_384
  private static let environment: [Environment.Key: String] = [
    "LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    Environment.Key(stringLiteral: SpawnPreconditions.marker): "1",
  ]

  /// Runs the program and waits for its end, for code that is not asynchronous.
  ///
  /// - Returns: The standard output of the program if it exited with 0, or the reason why it did not.
  func ending() -> Ending {
    if let obstacle = SpawnPreconditions.find() { return .failure(obstacle) }
    do throws(ThreadWithTimeout.Obstacle) {
      // The work enforces the limit itself. This longer limit is for a process that gets no time.
      return try ThreadWithTimeout.run(within: timeLimit + .seconds(2)) { followed() }
    } catch {
      switch error {
      case .timedOut: return .failure(IpvsadmProcess.notBegun)
      case .noThread(.noMemory): return .failure(.notStarted(shortOfMemory: .noMemory))
      case .noThread(let errno):
        return .failure(.notStarted("no thread can be created (`ulimit -u`), errno \(errno.rawValue)"))
      }
    }
  }

  private static let notBegun = IpvsadmError.Cause.lost("the system provided no thread or memory")

  private func followed() -> Ending {
    let (begin, ending) = (Box<Void>(), Box<Ending>())
    let cancellation = Cancellation()
    return SignalDeferral.during(interrupt: cancellation.cancel) { _ in
      let task = Task.detached(executorPreference: OwnThreads.executor) {
        begin.put(())
        await ending.put(result())
      }
      cancellation.apply(to: task)
      // Not a task that sleeps: other tasks of a busy process could delay it.
      if let ending = ending.take(within: timeLimit) { return ending }
      // This kills the program. It may take a while on a busy machine, but the answer is known.
      task.cancel()
      _ = ending.take(within: .seconds(1))
      return .failure(begin.take(within: .zero) == nil ? IpvsadmProcess.notBegun : .timedOut)
    }
  }

  private func result() async -> Ending {
    do {
      return try await unlimited()
    } catch let error as SubprocessError where error.code == .outputLimitExceeded {
      return .failure(.tooMuchOutput)
    } catch let error as SubprocessError where [.executableNotFound, .spawnFailed].contains(error.code) {
      return .failure(.notExecutable(error.underlyingError ?? .noSuchFileOrDirectory))
    } catch {
      return .failure(.lost("\(error)"))
    }
  }

  private func unlimited() async throws -> Ending {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))]
    let record = try await Subprocess.run(
      .path(path),
      // As the system expects them: each ends in a NUL.
      arguments: Arguments(arguments.map { $0 + [0] }),
      environment: .custom(IpvsadmProcess.environment),
      workingDirectory: "/",
      platformOptions: options,
      input: .none,
      output: .bytes(limit: IpvsadmProcess.outputLimit),
      error: .bytes(limit: IpvsadmProcess.outputLimit))
    switch record.terminationStatus {
    case .exited(0):
      return .success(String(decoding: record.standardOutput, as: UTF8.self))
    case .exited(let status):
      return .failure(.exited(status, saying: String(decoding: record.standardError, as: UTF8.self)))
    case .signaled(let signal):
      return .failure(.killed(signal: signal))
    }
  }
}

/// Runs each job of a task on its own thread.
///
/// A thread waits for these tasks, so they must not queue after the other tasks of a busy process. The threads of
/// Dispatch are limited.
private final class OwnThreads: TaskExecutor {
  static let executor = OwnThreads()

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    do throws(Errno) {
      try ThreadWithTimeout.start { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    } catch {
      // Without another thread, this one does it.
      job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}

/// Cancels a task, even if it begins after the cancellation.
private final class Cancellation: Sendable {
  private let state = Mutex<(isCancelled: Bool, task: Task<Void, Never>?)>((false, nil))

  func cancel() {
    state.withLock { state in
      state.isCancelled = true
      state.task?.cancel()
    }
  }

  func apply(to task: Task<Void, Never>) {
    state.withLock { state in
      state.task = task
      if state.isCancelled { task.cancel() }
    }
  }
}

extension IpvsadmError.Cause {
  /// The meaning of a status other than 0, as far as ipvsadm's messages show it.
  ///
  /// They are English, because the locale is C.
  fileprivate static func exited(_ status: CInt, saying words: String) -> Self {
    let lines = words.split(whereSeparator: \.isNewline)
    if let said = lines.first(where: { $0.firstOccurrence(of: "Permission denied (you must be root)") != nil }) {
      return .notPermitted(said: String(said.prefix(200)))
    }
    if let cause = lines.lazy.compactMap(fault).first { return cause }
    // DPVS's program fails with the first if dpvs does not run, and with the second if it is asked to set timeouts: it
    // calls setsockopt without a socket.
    if let said = lines.first(where: {
      $0.firstOccurrence(of: "dpvs is running?") != nil || status == 255 && $0 == "Bad file descriptor"
    }) {
      return .dpvs(said: String(said.prefix(200)))
    }
    if let said = lines.first(where: { $0.firstOccurrence(of: "Can't initialize ipvs") != nil }) {
      return .unavailable(said: String(said.prefix(200)))
    }
    return .failed(status: status, said: String(lines.joined(separator: " ").prefix(200)))
  }

  /// The meaning of a message of nsenter about a network namespace, whose file may have changed after it was checked.
  private static func fault(_ line: Substring) -> Self? {
    guard ["nsenter: cannot open ", "nsenter: reassociate to "].contains(where: line.hasPrefix) else { return nil }
    return switch line {
    case _ where line.hasSuffix(": No such file or directory"): .noSuchNamespace
    case _ where line.hasSuffix(" failed: Invalid argument"): .notANamespace
    case _ where [": Operation not permitted", ": Permission denied"].contains(where: line.hasSuffix):
      .mayNotEnter(said: String(line.prefix(200)))
    default: nil
    }
  }
}
