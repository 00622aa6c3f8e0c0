// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The programs that write timeouts, or that people suspect of it.
enum WriterKind: String, CaseIterable, Sendable {
  case keepalived
  case kubeProxy = "kube-proxy"
  case kubeRouter = "kube-router"
  case dockerd
  case k3s
  case rke2
  case microk8s
  case kubelite
}

extension WriterKind {
  /// The programs that a finding names where none of all runs.
  static let usual: [WriterKind] = [.keepalived, .kubeProxy, .kubeRouter, .dockerd]

  /// The program with this process name; some have their command in their name.
  fileprivate init?(processName name: String) {
    guard let kind = WriterKind.allCases.first(where: { $0.isProcessName(name) }) else { return nil }
    self = kind
  }

  private func isProcessName(_ name: String) -> Bool {
    guard name != rawValue else { return true }
    return (self == .k3s || self == .rke2)
      && [" server", " agent", "-server", "-agent"].contains { name == rawValue + $0 }
  }
}

/// A program that is running and may write the timeouts of a network namespace.
struct TimeoutWriter: Sendable, Hashable {
  /// What it does to the timeouts.
  enum Plan: Sendable, Hashable {
    /// Nothing, and why.
    case nothing(String)
    /// It writes these, from that source.
    case writes(Timeouts, in: Source)
    /// It has these, from that source, and no virtual service, without which it writes none.
    case idle(Timeouts, in: Source)
    /// The kernel refuses its values, and why.
    case refused(String)
    /// It is not known, and why.
    case unknown(String)
  }

  /// Where its values come from.
  enum Source: Sendable, Hashable {
    /// In its options.
    case options
    /// In this file.
    case file(String)
  }

  let program: WriterKind
  let process: HostProcess
  let plan: Plan
  /// The network namespace in which it writes; `nil` where that is not known.
  let namespace: NamespaceIdentity?
  /// A file that was changed after the program had read it.
  var changedFile: String?
  /// Whether its files could not be read in time.
  var hasTimedOut = false
  /// Whether it has read its configuration again since its start.
  var isReloaded = false

  init(program: WriterKind, process: HostProcess, plan: Plan, namespace: NamespaceIdentity? = nil) {
    self.program = program
    self.process = process
    self.plan = plan
    self.namespace = namespace ?? process.namespace
  }

  /// Its name in a sentence.
  var name: String { "\(program.rawValue) (pid \(process.number))" }

  /// Whether it has anything to do with IPVS, as far as its options and files say.
  var usesIPVS: Bool { ![.nothing(WriterReading.notUsed), .nothing(WriterReading.notProxying)].contains(plan) }
}

extension TimeoutWriter {
  /// How long reading the files of one program may take; they may be on a file system that hangs.
  private static let patience = Duration.seconds(5)
  /// How long reading the files of all programs may take.
  private static let longestPatience = Duration.seconds(15)

  /// The programs that run on this machine.
  ///
  /// - Throws: ``IPVSError``, when /proc cannot be read.
  static func running() throws(IPVSError) -> [TimeoutWriter] {
    let processes: [HostProcess]
    do throws(Errno) {
      processes = try HostProcess.running { $0 == hyperkube || WriterKind(processName: $0) != nil }
    } catch {
      throw IPVSError(.refused, .listProcesses, errno: error)
    }
    let end = ContinuousClock.now + longestPatience
    return processes.compactMap { process in
      // keepalived's children have its name, and do its work.
      let isChild = processes.contains { $0.isOfRoot && $0.number == process.parent && $0.name == process.name }
      guard !isChild, let program = kind(of: process) else { return nil }
      return process.isOfRoot
        ? read(program, process, until: min(end, .now + patience))
        : TimeoutWriter(program: program, process: process, plan: .unknown("it is not root's"))
    }
  }

  /// Reads what a program writes, on another thread.
  private static func read(
    _ program: WriterKind, _ process: HostProcess, until end: ContinuousClock.Instant
  ) -> TimeoutWriter? {
    func unknown(_ reason: String, hasTimedOut: Bool = true) -> TimeoutWriter {
      var writer = TimeoutWriter(program: program, process: process, plan: .unknown(reason))
      writer.hasTimedOut = hasTimedOut
      return writer
    }
    let time = end - .now
    guard time > .zero else { return unknown("there was no time left for its files") }
    do throws(ThreadWithTimeout.Obstacle) {
      let writer = try ThreadWithTimeout.run(within: time) { TimeoutWriter(program, process, until: end) }
      // Another process may have its number by now, and may have shown its own files.
      return process.isStillThere ? writer : nil
    } catch {
      switch error {
      case .timedOut: return unknown("its files could not be read in \(patience.components.seconds) s")
      case .noThread(let errno): return unknown("there is no thread to read its files (\(errno))", hasTimedOut: false)
      }
    }
  }

  /// The program of old Kubernetes; its command says which one it is.
  private static let hyperkube = "hyperkube"

  /// Which of the programs a process is.
  private static func kind(of process: HostProcess) -> WriterKind? {
    guard process.name == hyperkube else { return WriterKind(processName: process.name) }
    let command = ProgramFlags(process.arguments, valued: []).words.first
    return ["kube-proxy", "proxy"].contains(command) ? .kubeProxy : nil
  }

  /// Reads what a program writes.
  private init(_ program: WriterKind, _ process: HostProcess, until end: ContinuousClock.Instant) {
    let reading = WriterReading(of: program, process, until: end)
    self.init(
      program: program, process: process, plan: reading.plan,
      namespace: reading.namespace)
    guard !reading.changes.isEmpty, let started = process.started else { return }
    // A start script may write the file and then become the program, and a start may take a while.
    let lastRead = process.changeOfMemoryFile("/keepalived/consolidated_configuration")
    let limit = lastRead ?? started.later(bySeconds: 1)
    isReloaded = lastRead.map { $0 > started.later(bySeconds: 5) } ?? false
    changedFile = reading.changes.first { $0.changed > limit }?.file
  }
}

extension IPVSError.Operation {
  /// Reading `/proc`.
  static let listProcesses = IPVSError.Operation("list-processes", "list the processes (/proc)", about: .machine)
}
