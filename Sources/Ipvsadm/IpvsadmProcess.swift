// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Linux
internal import Subprocess
internal import Synchronization
internal import SystemPackage

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
    if let obstacle = SpawnPreconditions.find() { return .failure(.notStarted(obstacle)) }
    do throws(ThreadWithTimeout.Obstacle) {
      // The tasks enforce the limit themselves. This longer limit is for a runtime that gets no threads for them.
      return try ThreadWithTimeout.run(within: timeLimit + .seconds(2)) { followed() }
    } catch {
      switch error {
      case .timedOut: return .failure(.lost("the system provided no thread or memory"))
      case .noThread(let errno):
        return .failure(.notStarted("no thread can be created (`ulimit -u`), errno \(errno.rawValue)"))
      }
    }
  }

  private func followed() -> Ending {
    let ending = Box<Ending>()
    let cancellation = Cancellation()
    return SignalDeferral.during(interrupt: cancellation.cancel) { _ in
      let task = Task.detached(executorPreference: OwnThreads.executor) { await ending.put(result()) }
      cancellation.apply(to: task)
      return ending.take() ?? .failure(.timedOut)
    }
  }

  private func result() async -> Ending {
    do {
      return try await withThrowingTaskGroup(of: Ending.self) { group in
        group.addTask { try await unlimited() }
        group.addTask {
          try await Task.sleep(for: timeLimit)
          return .failure(.timedOut)
        }
        defer { group.cancelAll() }
        return try await group.next() ?? .failure(.timedOut)
      }
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

/// Runs each task on a thread that no other task uses.
///
/// A thread waits for these tasks, so they must not queue after the other tasks of a busy process.
private final class OwnThreads: TaskExecutor {
  static let executor = OwnThreads()

  private let queue = DispatchQueue(label: "ipvsadm", qos: .userInitiated, attributes: .concurrent)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
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
    if let said = lines.first(where: { $0.contains("Permission denied (you must be root)") }) {
      return .notPermitted(said: String(said.prefix(200)))
    }
    if let cause = lines.lazy.compactMap(fault).first { return cause }
    if let said = lines.first(where: { $0.contains("Can't initialize ipvs") }) {
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
