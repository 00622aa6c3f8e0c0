// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

@testable internal import Directors
@testable internal import Doctor
@testable internal import IPVS
@testable internal import Ipvsadm
@testable internal import Linux
@testable internal import Text

/// The policy.
func checkPolicy(_ bytes: [UInt8]) {
  do throws(PolicyError) {
    let policy = try PolicyFile(parsing: bytes, path: "policy")
    require(String(validating: bytes, as: UTF8.self) != nil, "a policy that is not UTF-8")
    let names = policy.lines.map(\.namespace.text)
    require(!names.joined().unicodeScalars.contains(where: \.isInvisible), "a namespace that nobody sees")
    let text = policy.lines.map {
      "\($0.namespace.text) \($0.timeouts.arguments(absent: "-").joined(separator: " "))\n"
    }
    let again = try PolicyFile(parsing: [UInt8](text.joined().utf8), path: "policy")
    require(
      again.lines.map(\.namespace) == policy.lines.map(\.namespace)
        && again.lines.map(\.timeouts) == policy.lines.map(\.timeouts),
      "another policy when it is printed and read again")
    for paths in [[], ["/run/netns/blue"], ["/run/docker/netns/1-ab", "/x"]] {
      let demand = policy.demand(isHost: paths.isEmpty, paths: paths)
      for name in Timeouts.Name.allCases {
        require((demand.line(of: name) == nil) == (demand.timeouts[name] == nil), "a timeout without a line")
      }
    }
  } catch {
    guard case .mistakes(let mistakes, let more) = error else { return require(false, "not a mistake: \(error)") }
    require(1...PolicyParser.mostMistakes ~= mistakes.count && more >= 0, "\(mistakes.count) mistakes")
    for mistake in mistakes {
      require(mistake.line >= 1 && mistake.column >= 1, "no place: \(mistake)")
      require(mistake.description.isOneLine, "a mistake on several lines")
    }
  }
}

/// Times as people and as programs in Go write them.
func checkDurations(_ bytes: [UInt8]) {
  let text = bytes.text
  for name in Timeouts.Name.allCases {
    do throws(InvalidTimeoutText) {
      guard let timeout = try TimeoutText.parse(text, for: name) else { continue }
      require(Timeout.settableSeconds ~= Int(timeout.seconds), "out of range: \(timeout)")
      require(try TimeoutText.parse(DurationText.text(timeout.seconds), for: name) == timeout, "not the same time")
    } catch {
      require(error.description.isOneLine, "an error on several lines")
      guard let suggestion = TimeoutText.suggestion(for: text) else { continue }
      require((try? TimeoutText.parse(suggestion, for: name)) ?? nil != nil, "suggests \(suggestion)")
    }
  }
  if let seconds = GoDuration.seconds(text) {
    require(abs(seconds) <= 9_223_372_036, "longer than a duration of Go: \(seconds)")
    require(text.hasPrefix("-") ? seconds <= 0 : seconds >= 0, "the wrong sign")
  }
}

/// Names of namespaces, processes, records, and endpoints; and the escapes for people, shells and JSON.
func checkNames(_ bytes: [UInt8]) {
  let text = bytes.text
  let namespace = NetworkNamespace(parsing: text)
  if !text.utf8.contains(0) {
    require(NetworkNamespace(parsing: namespace.description) == namespace, "another namespace: \(namespace)")
  }
  if let endpoint = Endpoint(parsing: text) {
    require(Endpoint(parsing: "\(endpoint)") == endpoint, "another endpoint")
  }
  if let fingerprint = NamespaceFingerprint(text: text) {
    require(NamespaceFingerprint(text: fingerprint.text) == fingerprint, "another fingerprint")
  }
  if let name = TrialName(text) {
    require(TrialName("\(name)") == name && name.number < .max, "another name of a record")
  }
  if let path = ProcessPath(FilePath(text)) {
    require(path.process > 0 && ProcessPath(path.path)?.process == path.process, "another process")
  }
  require(text.printable.isOneLine && text.shellWord.isOneLine, "text with an effect on a terminal")
  require(JSONValue.string(text).text.isOneLine, "JSON with an effect on a terminal")
}

/// A command line in ipvsadm's language; each argument ends in NUL.
func checkGrammar(_ bytes: [UInt8]) {
  let arguments = bytes.parts(at: 0).prefix(64).map(\.text)
  for isPosix in [false, true] {
    do throws(IpvsadmRefusal) {
      let command = try IpvsadmGrammar.parse(arguments, isPosix: isPosix)
      require(IpvsadmGrammar.isSpoken(in: arguments), "accepted, and not in ipvsadm's language")
      require(try IpvsadmGrammar.parse(command.arguments, isPosix: isPosix) == command, "another command")
    } catch {
      require([2, 255].contains(error.status) && !error.description.isEmpty, "a refusal without a status or a reason")
      require(error.isIpvsadmsOwn || error.description.isOneLine, "a refusal on several lines")
    }
  }
}

/// The arguments of keepalived, kube-proxy and kube-router; each ends in NUL.
func checkArguments(_ bytes: [UInt8]) {
  let arguments = bytes.parts(at: 0).map(\.text)
  let options = KeepalivedArguments(arguments)
  if let path = options.path { require(arguments.contains { $0.hasSuffix(path) }, "a path that nobody has named") }
  let files = ProcessFiles(root: "/nonexistent", directory: "/")
  for reading in [
    WriterReading.kubeProxy(arguments, files, longest: 8_589_934), .kubeRouter(arguments, longest: 8_589_934),
  ] {
    check(reading.plan)
  }
}

/// What must hold for any plan of a program.
func check(_ plan: TimeoutWriter.Plan) {
  switch plan {
  case .nothing(let reason), .refused(let reason), .unknown(let reason):
    require(!reason.isEmpty && reason.isOneLine, "a reason on several lines")
  case .writes(let timeouts, _), .idle(let timeouts, _):
    require(timeouts != Timeouts(), "writes nothing")
    for name in timeouts.names { require(timeouts[name].map { 1...8_589_934 ~= $0.seconds } ?? true, "out of range") }
  }
}
