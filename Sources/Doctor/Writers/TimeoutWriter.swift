// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The programs that are known to write timeouts, or taken for one that does.
enum WriterKind: String, CaseIterable, Sendable {
  case keepalived
  case kubeProxy = "kube-proxy"
  case kubeRouter = "kube-router"
  case dockerd
}

/// A program that is running and may write the timeouts of the network namespace in which it runs.
struct TimeoutWriter: Sendable, Hashable {
  /// What it does to the timeouts.
  enum Plan: Sendable, Hashable {
    /// Nothing, and why.
    case nothing(String)
    /// It writes these, which are said there.
    case writes(Timeouts, in: Source)
    /// It cannot be told, and why.
    case unknown(String)
  }

  /// Where it is said what it writes.
  enum Source: Sendable, Hashable {
    /// In its options.
    case options
    /// In this file, as fit for a terminal.
    case file(String)
  }

  let program: WriterKind
  let process: HostProcess
  let plan: Plan

  /// How it is called in a sentence.
  var name: String { "\(program.rawValue) (pid \(process.number))" }
}

extension TimeoutWriter {
  /// Those that run on this machine.
  ///
  /// - Throws: ``IPVSError``, when /proc cannot be read.
  static func running() throws(IPVSError) -> [TimeoutWriter] {
    let processes: [HostProcess]
    do throws(Errno) {
      processes = try HostProcess.running(named: Set(WriterKind.allCases.map(\.rawValue)))
    } catch {
      throw IPVSError(.refused, .listProcesses, errno: error)
    }
    let names = Dictionary(processes.map { ($0.number, $0.name) }) { first, _ in first }
    return processes.compactMap { process in
      // keepalived's children are called as it is, and do its work.
      guard names[process.parent] != process.name, let program = WriterKind(rawValue: process.name) else { return nil }
      return TimeoutWriter(program: program, process: process, plan: plan(of: program, process))
    }
  }

  private static func plan(of program: WriterKind, _ process: HostProcess) -> Plan {
    switch program {
    case .keepalived: .keepalived(process.arguments, process.files)
    case .kubeProxy: .kubeProxy(process.arguments, process.files)
    case .kubeRouter: .kubeRouter(process.arguments)
    case .dockerd:
      .nothing("sets none; the namespaces that it makes for Swarm begin with \(Timeouts.kernelDefault.words)")
    }
  }
}

extension TimeoutWriter.Plan {
  /// What keepalived does, by its arguments and its configuration.
  static func keepalived(_ arguments: [String], _ files: ProcessFiles) -> Self {
    let options = KeepalivedArguments(arguments)
    guard options.isChecking else { return .nothing("was started for VRRP only, and writes none") }
    let path = options.path ?? "/etc/keepalived/keepalived.conf"
    let file = path.printable
    do throws(Errno) {
      let configuration = try KeepalivedConfiguration(at: files.location(of: path), files)
      guard !configuration.isUnclear else {
        return .unknown("lvs_timeouts in \(file) depends on a condition or a variable")
      }
      guard configuration.timeouts != Timeouts() else {
        return .nothing("has no lvs_timeouts in \(file), and writes none")
      }
      guard configuration.hasService else {
        return .nothing("has lvs_timeouts in \(file), but no virtual_server, and so writes none")
      }
      return .writes(configuration.timeouts, in: .file(file))
    } catch {
      return .unknown("its configuration \(file) cannot be read: \(error)")
    }
  }

  /// What kube-proxy does, by its arguments or its configuration file, which then is all that counts.
  static func kubeProxy(_ arguments: [String], _ files: ProcessFiles) -> Self {
    let flags = ProgramFlags(arguments)
    guard let path = flags["config"] else {
      return notIPVS(flags["proxy-mode"]) ?? durations(in: .options) { flags["ipvs-\($0.rawValue)-timeout"] }
    }
    do throws(Errno) {
      let text = try files.text(at: files.location(of: path))
      guard text.first(where: { !$0.isWhitespace }) != "{" else {
        return .unknown("its configuration \(path.printable) is JSON, which is not read here")
      }
      let configuration = KubeProxyConfiguration(text)
      return notIPVS(configuration.mode)
        ?? durations(in: .file(path.printable)) { configuration.ipvs[KubeProxyConfiguration.key(of: $0)] }
    } catch {
      return .unknown("its configuration \(path.printable) cannot be read: \(error)")
    }
  }

  /// What kube-router does, by its arguments.
  static func kubeRouter(_ arguments: [String]) -> Self {
    let flags = ProgramFlags(arguments)
    guard flags["run-service-proxy"] != "false" else {
      return .nothing("runs without its service proxy, and writes none")
    }
    return durations(in: .options) { flags["service-\($0.rawValue)-timeout"] }
  }

  private static func notIPVS(_ mode: String?) -> Self? {
    mode == "ipvs" ? nil : .nothing("does not use IPVS, and writes none")
  }

  /// The timeouts that Go durations say; 0 keeps one as it is.
  private static func durations(
    in source: TimeoutWriter.Source, _ value: (Timeouts.Name) -> String?
  ) -> Self {
    var timeouts = Timeouts()
    for name in Timeouts.Name.allCases {
      guard let text = value(name) else { continue }
      guard let seconds = GoDuration.seconds(text) else {
        return .unknown("\(text.printable) for \(name.rawValue) in \(source.words) is no duration")
      }
      timeouts[name] = Timeout(seconds: seconds)
    }
    guard timeouts != Timeouts() else { return .nothing("has no timeouts in \(source.words), and writes none") }
    return .writes(timeouts, in: source)
  }
}

extension TimeoutWriter.Source {
  /// As it stands after "in".
  var words: String {
    switch self {
    case .options: "its options"
    case .file(let name): name
    }
  }
}

extension IPVSError.Operation {
  /// Reading `/proc`.
  static let listProcesses = IPVSError.Operation("list-processes", "list the processes (/proc)", about: .machine)
}
