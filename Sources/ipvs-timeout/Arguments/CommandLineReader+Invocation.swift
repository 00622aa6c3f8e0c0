// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import SystemPackage

extension CommandLineReader {
  /// What the command line asks for; `nil` if it is not certainly right.
  var invocation: Invocation? {
    switch command {
    case .show: show
    case .set: set
    case .verify: verify
    case .apply: apply
    case .connections: connections
    case .doctor: doctor
    }
  }

  private var show: Invocation? {
    guard let output, let access = access(default: .current),
      output.format.namesNamespaces || access.selection.isOne
    else { return nil }
    return .show(ShowRequest(output: output, access: access))
  }

  private var set: Invocation? {
    guard let output = metricOutput, let access = access(default: .current), let wanted else { return nil }
    return .set(SetRequest(wanted: wanted, isDryRun: has(.dryRun), output: output, access: access))
  }

  private var verify: Invocation? {
    guard let output = metricOutput else { return nil }
    if namesNoTimeout {
      guard let access = access(default: .bound) else { return nil }
      return .verifyPolicy(VerifyPolicyRequest(path: policy ?? PolicyFile.usualPath, output: output, access: access))
    }
    guard !has(.policy), let access = access(default: .current), let wanted, wanted != Timeouts() else { return nil }
    return .verify(VerifyRequest(wanted: wanted, output: output, access: access))
  }

  private var apply: Invocation? {
    guard var output = metricOutput, let access = access(default: .bound), valueCount == 0 || !has(.policy) else {
      return nil
    }
    output.isChangedOnly = has(.changedOnly)
    let path = policy ?? value(0).map { FilePath($0) } ?? PolicyFile.usualPath
    return .apply(ApplyRequest(path: path, isDryRun: has(.dryRun), output: output, access: access))
  }

  private var connections: Invocation? {
    guard let access = access(default: .current), let format: MetricFormat = format(.text) else { return nil }
    var result = ConnectionsRequest.Result.summary(format)
    if has(.outdated) {
      guard let format = TextFormat(format) else { return nil }
      result = .outdated(format)
    }
    return .connections(ConnectionsRequest(result: result, isQuiet: has(.quiet), access: access))
  }

  private var doctor: Invocation? {
    guard let access = access(default: .current), let format: TextFormat = format(.text) else { return nil }
    guard has(.sockets) else {
      return .doctor(
        DoctorRequest(
          policy: policy, showsAll: has(.all), format: format, isQuiet: has(.quiet), access: access))
    }
    guard !has(.policy), access.backend == .auto, access.ipvsadm == nil else { return nil }
    return .sockets(
      SocketsRequest(showsAll: has(.all), format: format, isQuiet: has(.quiet), selection: access.selection))
  }
}

extension CommandLineReader {
  /// The policy file that the option names.
  private var policy: FilePath? { value(of: .policy).map { FilePath($0) } }

  /// The output of `show`; `nil` if there is no such format.
  private var output: TimeoutsOutput? {
    guard let name = value(of: .format) else { return TimeoutsOutput(isQuiet: has(.quiet)) }
    guard let format = TimeoutsFormat(named: name) else { return nil }
    return TimeoutsOutput(format: format, isQuiet: has(.quiet))
  }

  /// The output of the other commands with timeouts; `nil` if there is no such format.
  private var metricOutput: TimeoutsOutput? {
    guard let output, output.format.namesNamespaces else { return nil }
    return output
  }

  /// The format; `nil` if there is no such format.
  private func format<Format: RawRepresentable<String>>(_ usual: Format) -> Format? {
    guard let name = value(of: .format) else { return usual }
    return Format(rawValue: name)
  }

  /// How to reach the timeouts; `nil` if the options do not fit together.
  private func access(default choice: NamespaceSelection.Choice) -> Access? {
    var access = Access()
    if let name = value(of: .backend) {
      guard let backend = BackendChoice(rawValue: name) else { return nil }
      access.backend = backend
    }
    if let path = value(of: .ipvsadm) {
      guard path.utf8.first == UInt8(ascii: "/") else { return nil }
      access.ipvsadm = path
    }
    access.selection.isInUseOnly = has(.inUse)
    if let name = value(of: .netns) {
      guard !has(.allNetns) else { return nil }
      access.selection.choice = .one(NetworkNamespace(parsing: name))
    } else {
      access.selection.choice = has(.allNetns) || has(.inUse) ? .all : choice
    }
    return access
  }

  /// Whether the command line names no timeout.
  private var namesNoTimeout: Bool { valueCount == 0 && !namesTimeoutByOption }

  private var namesTimeoutByOption: Bool { has(.tcp) || has(.tcpFin) || has(.udp) }

  /// The timeouts that are named; `nil` if they are not certainly right.
  private var wanted: Timeouts? {
    var wanted = Timeouts()
    switch (valueCount, namesTimeoutByOption) {
    case (3, false):
      guard add(value(0), .tcp, to: &wanted), add(value(1), .tcpFin, to: &wanted), add(value(2), .udp, to: &wanted)
      else { return nil }
    case (0, true):
      guard add(value(of: .tcp), .tcp, to: &wanted), add(value(of: .tcpFin), .tcpFin, to: &wanted),
        add(value(of: .udp), .udp, to: &wanted)
      else { return nil }
    case (1, false):
      guard value(0) == "default" else { return nil }
      wanted = .kernelDefault
    default: return nil
    }
    return wanted
  }

  /// Adds a timeout as people write it, if it is there.
  ///
  /// - Returns: Whether it is a timeout.
  private func add(_ text: String?, _ name: Timeouts.Name, to wanted: inout Timeouts) -> Bool {
    guard let text else { return true }
    do throws(InvalidTimeoutText) { wanted[name] = try TimeoutText.parse(text, for: name) } catch { return false }
    return true
  }
}
