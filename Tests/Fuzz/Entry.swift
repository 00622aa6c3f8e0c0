// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// libFuzzer's own main function, with another name.
@_silgen_name("LLVMFuzzerRunDriver")
private func run(
  _ count: UnsafeMutablePointer<CInt>,
  _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The main function: Swift's build makes it that of the target with this name.
///
/// `--parser=NAME` chooses the parser. libFuzzer leaves out options that begin with two dashes.
@_cdecl("Fuzz_main")
public func main(_ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> CInt {
  let arguments = CommandLine.arguments
  if arguments.contains("--list") {
    for name in FuzzedParser.allCases { print(name.rawValue) }
    return 0
  }
  guard FuzzedParser.chosen(in: arguments) != nil else {
    complain("name a parser: --parser=NAME; --list prints the names\n")
    return 2
  }
  var (count, values) = (count, Optional(values))
  return run(&count, &values) { testOneInput($0, $1) }
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  FuzzedParser.current.check(UnsafeRawBufferPointer(start: start, count: count))
  return 0
}

/// A parser that libFuzzer feeds.
enum FuzzedParser: String, CaseIterable {
  case arguments
  case connections
  case durations
  case glob
  case grammar
  case ipvsadm
  case keepalived
  case kubeProxy = "kube-proxy"
  case mounts
  case names
  case netlink
  case policy
  case proc
  case services
  case sockets
  case trial

  /// The parser of this run.
  static let current = chosen(in: CommandLine.arguments) ?? .policy

  static func chosen(in arguments: [String]) -> FuzzedParser? {
    let prefix = "--parser="
    return arguments.first { $0.hasPrefix(prefix) }.flatMap {
      FuzzedParser(rawValue: String($0.dropFirst(prefix.count)))
    }
  }

  /// Feeds the parser with an input, and checks what must hold for any input.
  func check(_ input: UnsafeRawBufferPointer) {
    let bytes = Array(input)
    switch self {
    case .arguments: checkArguments(bytes)
    case .connections: checkConnections(bytes)
    case .durations: checkDurations(bytes)
    case .glob: checkGlob(bytes)
    case .grammar: checkGrammar(bytes)
    case .ipvsadm: checkIpvsadmLine(bytes)
    case .keepalived: checkKeepalived(bytes)
    case .kubeProxy: checkKubeProxy(bytes)
    case .mounts: checkMounts(bytes)
    case .names: checkNames(bytes)
    case .netlink: checkNetlink(bytes)
    case .policy: checkPolicy(bytes)
    case .proc: checkProc(bytes)
    case .services: checkServices(bytes)
    case .sockets: checkSockets(bytes)
    case .trial: checkTrial(bytes)
    }
  }
}
