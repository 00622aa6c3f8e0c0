// SPDX-License-Identifier: Apache-2.0

internal import IPVS
internal import Linux
internal import SystemPackage
internal import Text

/// The timeouts that a program writes, by its arguments and files.
struct WriterReading: Sendable {
  /// What it does to the timeouts.
  var plan: TimeoutWriter.Plan
  /// The network namespace in which it writes, where that is not its own.
  var namespace: NamespaceIdentity?
  /// The files that were read, and when each was changed last.
  var changes: [(file: String, changed: WallTime)] = []

  init(_ plan: TimeoutWriter.Plan) {
    self.plan = plan
  }

  /// Reads them.
  init(of program: WriterKind, _ process: HostProcess, until end: ContinuousClock.Instant? = nil) {
    switch program {
    case .keepalived: self = .keepalived(process.arguments, process.files(until: end), hostName: process.hostName)
    case .kubeProxy: self = .kubeProxy(process.arguments, process.files(until: end))
    case .kubeRouter: self = .kubeRouter(process.arguments)
    case .dockerd:
      plan = .nothing("sets none; the namespaces that it makes for Swarm start with \(Timeouts.kernelDefault.words)")
    case .k3s, .rke2:
      plan = .unknown(
        "it may run kube-proxy or kube-router, whose options its own --kube-proxy-arg and"
          + " /etc/rancher/\(program.rawValue)/config.yaml hide; look there for proxy-mode=ipvs and ipvs-…-timeout")
    case .microk8s, .kubelite:
      plan = .unknown(
        "it runs kube-proxy, whose options are in /var/snap/microk8s/current/args/kube-proxy; look there for"
          + " --proxy-mode=ipvs and --ipvs-…-timeout")
    }
  }
}

extension WriterReading {
  /// What keepalived does, by its arguments and its configuration.
  ///
  /// - Parameters:
  ///   - arguments: Its arguments, without its name.
  ///   - files: The files as it sees them.
  ///   - hostName: The host name as it sees it; `nil` where that is not known.
  /// - Returns: What it writes, or why that is not known.
  static func keepalived(_ arguments: [String], _ files: ProcessFiles, hostName: String?) -> WriterReading {
    let options = KeepalivedArguments(arguments)
    guard options.isChecking else { return WriterReading(.nothing("was started for VRRP only, and writes none")) }
    let path = options.path ?? "/etc/keepalived/keepalived.conf"
    let configID = options.configID ?? hostName.map { String($0.prefix { $0 != "." }) }
    let directory = options.staysInDirectory ? files.directory : nil
    do throws(ConfigurationObstacle) {
      let reader = try KeepalivedReader(path, from: directory, configID: configID, files)
      return WriterReading(try KeepalivedConfiguration(reader), path, files, isForced: options.isForced)
    } catch {
      return WriterReading(.unknown("\(error.place.words): \(error.reason)"))
    }
  }

  private init(
    _ configuration: KeepalivedConfiguration, _ path: String, _ files: ProcessFiles, isForced: Bool
  ) {
    let source = TimeoutWriter.Source.file(configuration.source ?? path)
    changes = configuration.changes
    if configuration.timeouts == Timeouts() {
      plan = .nothing("has no lvs_timeouts in \(path.printable), and writes none")
    } else if configuration.hasService || isForced {
      plan = .writes(configuration.timeouts, in: source)
    } else {
      plan = .idle(configuration.timeouts, in: source)
    }
    guard let name = configuration.namespace else { return }
    // An empty name means the namespace of the first process.
    let file = name.isEmpty ? "/proc/1/ns/net" : "/var/run/netns/\(name)"
    namespace = name.isEmpty ? try? NamespaceIdentity(FilePath(file)) : files.identity(of: file)
    if namespace == nil, configuration.timeouts != Timeouts() {
      plan = .unknown("its net_namespace_ipvs \(file.printable) cannot be found")
    }
  }
}

extension WriterReading {
  /// The longest timeout that this kernel accepts, in seconds; without limit if the kernel does not say it.
  static let longestInKernel = TimerWheel.current.longestTimeout.map(Int.init) ?? .max

  /// What kube-proxy does, by its arguments, or by its configuration file alone where it has one.
  static func kubeProxy(
    _ arguments: [String], _ files: ProcessFiles, longest: Int = longestInKernel
  ) -> WriterReading {
    let names = Timeouts.Name.allCases.map { "ipvs-\($0.rawValue)-timeout" }
    let flags = ProgramFlags(arguments, valued: Set(names + ["config", "proxy-mode"]))
    guard let path = flags["config"], !path.isEmpty else {
      return WriterReading(
        notIPVS(flags["proxy-mode"] ?? "", .options)
          ?? durations(in: .options, longest: longest) { flags["ipvs-\($0.rawValue)-timeout"] })
    }
    let file = path.printable
    guard let absolute = ProcessFiles.absolute(path, from: files.directory) else {
      return WriterReading(.unknown("cannot find out in which directory its configuration \(file) is"))
    }
    do throws(Errno) {
      let found = try files.find(absolute, atMost: 1 << 20)
      switch found {
      case .other: return WriterReading(.unknown("its configuration \(file) is no regular file"))
      case .file(let content), .program(let content):
        var reading = WriterReading(plan(of: content.bytes, .file(absolute), longest: longest))
        reading.changes = [(absolute, content.changed)]
        return reading
      }
    } catch .fileTooLarge {
      return WriterReading(.unknown("its configuration \(file) is longer than 1 MiB"))
    } catch {
      return WriterReading(.unknown("its configuration \(file) cannot be read: \(error)"))
    }
  }

  private static func plan(
    of bytes: [UInt8], _ source: TimeoutWriter.Source, longest: Int
  ) -> TimeoutWriter.Plan {
    do throws(KubeProxyConfiguration.Failure) {
      let configuration = try KubeProxyConfiguration(bytes)
      return notIPVS(configuration.mode, source)
        ?? durations(in: source, longest: longest) { configuration.durations[$0] }
    } catch {
      return .unknown("\(source.words)\(error.line > 0 ? " line \(error.line)" : ""): \(error.reason)")
    }
  }

  /// What kube-router does, by its arguments.
  static func kubeRouter(_ arguments: [String], longest: Int = longestInKernel) -> WriterReading {
    let names = Timeouts.Name.allCases.map { "service-\($0.rawValue)-timeout" }
    let flags = ProgramFlags(arguments, valued: Set(names), switches: ["run-service-proxy"])
    switch ProgramFlags.truth(flags["run-service-proxy"] ?? "true") {
    case true?:
      return WriterReading(durations(in: .options, longest: longest) { flags["service-\($0.rawValue)-timeout"] })
    case false?: return WriterReading(.nothing(notProxying))
    case nil:
      let text = flags["run-service-proxy"] ?? ""
      return WriterReading(.unknown("\(text.printable) for --run-service-proxy is neither true nor false"))
    }
  }

  /// Why a kube-proxy in another mode writes nothing.
  static let notUsed = "does not use IPVS, and writes none"
  /// Why a kube-router without its service proxy writes nothing.
  static let notProxying = "runs without its service proxy, and writes none"

  private static func notIPVS(_ mode: String, _ source: TimeoutWriter.Source) -> TimeoutWriter.Plan? {
    switch mode {
    case "ipvs": nil
    case "", "userspace", "iptables", "nftables", "kernelspace": .nothing(notUsed)
    default: .unknown("\(mode.printable) in \(source.words) is no mode of kube-proxy")
    }
  }

  /// The timeouts of Go durations; 0 keeps the current value.
  private static func durations(
    in source: TimeoutWriter.Source, longest: Int, _ value: (Timeouts.Name) -> String?
  ) -> TimeoutWriter.Plan {
    var timeouts = Timeouts()
    for name in Timeouts.Name.allCases {
      guard let text = value(name) else { continue }
      guard let seconds = GoDuration.seconds(text), seconds >= 0, !text.hasPrefix("-") else {
        return .unknown("\(text.printable) for \(name.rawValue) in \(source.words) is no duration from 0 on")
      }
      guard seconds <= longest else {
        return .refused(
          "asks for \(seconds) s of \(name.rawValue), as \(source.says); this kernel accepts at most \(longest) s")
      }
      timeouts[name] = UInt32(exactly: seconds).flatMap { Timeout(held: $0) }
    }
    guard timeouts != Timeouts() else { return .nothing("has no timeouts in \(source.words), and writes none") }
    return .writes(timeouts, in: source)
  }
}

extension TimeoutWriter.Source {
  /// The words after "in".
  var words: String {
    switch self {
    case .options: "its options"
    case .file(let name): name.printable
    }
  }

  /// The words after "as".
  var says: String { "\(words) say\(self == .options ? "" : "s")" }
}
