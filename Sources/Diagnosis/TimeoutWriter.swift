// SPDX-License-Identifier: Apache-2.0

internal import Host
internal import IPVS

/// A program that is running and may write the timeouts of the network namespace in which it runs.
struct TimeoutWriter: Sendable, Hashable {
  /// The programs that are known to write timeouts, or taken for one that does.
  enum Program: String, CaseIterable, Sendable {
    case keepalived
    case kubeProxy = "kube-proxy"
    case kubeRouter = "kube-router"
    case dockerd
  }

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

  let program: Program
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
    let processes = try HostProcess.running(named: Set(Program.allCases.map(\.rawValue)))
    let names = Dictionary(processes.map { ($0.number, $0.name) }) { first, _ in first }
    return processes.compactMap { process in
      // keepalived's children are called as it is, and do its work.
      guard names[process.parent] != process.name, let program = Program(rawValue: process.name) else { return nil }
      return TimeoutWriter(program: program, process: process, plan: plan(of: program, process))
    }
  }

  private static func plan(of program: Program, _ process: HostProcess) -> Plan {
    switch program {
    case .keepalived: .keepalived(process.arguments, process.files)
    case .kubeProxy: .kubeProxy(process.arguments, process.files)
    case .kubeRouter: .kubeRouter(process.arguments)
    case .dockerd:
      .nothing("sets none; the namespaces that it makes for Swarm begin with \(Timeouts.kernelDefault.words)")
    }
  }
}
