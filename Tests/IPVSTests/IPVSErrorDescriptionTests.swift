// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

/// The sentences for people: the whole text of every code and operation.
@Suite struct IPVSErrorDescriptionTests {
  static let attempts: [(IPVSError.Operation, Timeouts?, String)] = [
    (.open, nil, "cannot open IPVS in this network namespace: "),
    (.listNamespaces, nil, "cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): "),
    (.lookForUse, nil, "cannot look for virtual services and connections in this network namespace: "),
    (.readServices, nil, "cannot read the virtual services in this network namespace: "),
    (.readTimeouts, nil, "cannot read the timeouts in this network namespace: "),
    (
      .setTimeouts, Timeouts(tcp: 60, tcpFin: 30, udp: 90),
      "cannot set the timeouts tcp=60 tcpfin=30 udp=90 in this network namespace: "
    ),
    (.setTimeouts, Timeouts(udp: 5), "cannot set the timeouts udp=5 in this network namespace: "),
  ]

  static let reasons: [(IPVSError.Code, Errno?, String)] = [
    (
      .notInKernel, .noSuchFileOrDirectory,
      "this kernel has no IPVS, neither built in nor as a module in /lib/modules (No such file or directory, errno 2)"
    ),
    (
      .modulesNotVisible, .noSuchFileOrDirectory,
      "IPVS is not loaded, and this kernel's modules are not visible here (No such file or directory, errno 2)"
    ),
    (
      .moduleNotLoaded, .noSuchFileOrDirectory,
      "the kernel's module ip_vs is installed but could not be loaded (No such file or directory, errno 2)"
    ),
    (
      .moduleLoadingDisabled, .noSuchFileOrDirectory,
      "ip_vs is not loaded, and loading of kernel modules is disabled (No such file or directory, errno 2)"
    ),
    (
      .unloaded, .noSuchFileOrDirectory,
      "ip_vs was unloaded, and its timeouts are lost (No such file or directory, errno 2)"
    ),
    (.notRoot, .notPermitted, "IPVS requires the capability CAP_NET_ADMIN (Operation not permitted, errno 1)"),
    (
      .missingCapability, .notPermitted,
      "root here lacks the capability CAP_NET_ADMIN (Operation not permitted, errno 1)"
    ),
    (
      .userNamespace, .notPermitted,
      "netlink refuses root of a user namespace (Operation not permitted, errno 1)"
    ),
    (.noSuchNamespace, .noSuchFileOrDirectory, "there is no such namespace (No such file or directory, errno 2)"),
    (
      .notANamespace, .invalidArgument,
      "the file is not a network namespace (Invalid argument, errno 22)"
    ),
    (
      .foreignNamespace, .notPermitted, "it belongs to another user namespace (Operation not permitted, errno 1)"
    ),
    (.mayNotEnter, .notPermitted, "root here may not enter it (Operation not permitted, errno 1)"),
    (
      .valueRefused, .invalidArgument,
      "the kernel refused a value and changed nothing (Invalid argument, errno 22)"
    ),
    (.refused, .tooManyOpenFiles, "the system refused (Too many open files, errno 24)"),
    (.refused, nil, "the system refused"),
    (.timedOut, nil, "the kernel did not answer in time"),
    (.answerLost, .noBufferSpace, "the kernel's answer was lost (No buffer space available, errno 105)"),
    (.truncatedReply, nil, "the kernel's answer was cut short, which is a bug"),
    (.unexpectedReply, nil, "the answer does not match the request, which is a bug"),
    (.library, nil, "libnl failed, which is a bug"),
  ]

  /// The words for a namespace in the sentence.
  static let places: [(NetworkNamespace, String)] = [
    (.current, "this network namespace"),
    (.named("blue"), "the network namespace blue"),
    (.path("/run/netns/x"), "the network namespace /run/netns/x"),
    (.process(7), "the network namespace pid 7"),
    (.named("\u{1B}[2J\n"), #"the network namespace \u{1B}[2J\n"#),
    (.path("/\u{202E}x"), #"the network namespace /\u{202E}x"#),
  ]

  @Test(arguments: attempts, reasons)
  func `says what failed, where and why`(
    attempt: (IPVSError.Operation, Timeouts?, String), reason: (IPVSError.Code, Errno?, String)
  ) {
    let error = IPVSError(reason.0, attempt.0, sending: attempt.1, errno: reason.1)
    guard reason.0 != .notRoot || attempt.0 != .listNamespaces else {
      return #expect(
        error.description == attempt.2 + "only root may read all of them (Operation not permitted, errno 1)")
    }
    #expect(error.description == attempt.2 + reason.2)
  }

  /// Operations outside IPVS have other reasons.
  @Test(
    arguments: [
      (.notRoot, "entering it requires root or CAP_SYS_ADMIN"),
      (.foreignNamespace, "it belongs to another user namespace"),
    ] as [(IPVSError.Code, String)])
  func `does not blame IPVS for other operations`(code: IPVSError.Code, reason: String) {
    let operation = IPVSError.Operation("count-sheep", "count the sheep", about: .namespace)
    #expect(
      IPVSError(code, operation, in: .named("blue"), errno: .notPermitted).description
        == "cannot count the sheep in the network namespace blue: \(reason) (Operation not permitted, errno 1)")
  }

  @Test(arguments: places)
  func `names the network namespace`(namespace: NetworkNamespace, place: String) {
    for operation in [.open, .lookForUse, .readTimeouts, .setTimeouts] as [IPVSError.Operation] {
      #expect(
        IPVSError(.noSuchNamespace, operation, in: namespace).description
          == "cannot \(operation) in \(place): there is no such namespace")
    }
  }

  /// Listing is about all namespaces.
  @Test(arguments: places)
  func `names no network namespace if it is about all`(namespace: NetworkNamespace, place: String) {
    #expect(
      IPVSError(.refused, .listNamespaces, in: namespace, errno: .permissionDenied).description
        == "cannot list the network namespaces (/run/netns, /run/docker/netns, /proc): the system refused"
        + " (Permission denied, errno 13)")
  }

  @Test func `names a code of a later version`() {
    #expect(
      IPVSError(.init(rawValue: "of-a-later\nversion"), .open, errno: .noMemory).description
        == #"cannot open IPVS in this network namespace: it failed with code "of-a-later\nversion" (Cannot allocate memory,"#
        + " errno 12)")
  }

  @Test func `explains a code of a later version by the detail`() {
    #expect(
      IPVSError(.init(rawValue: "later"), .open, errno: .noMemory, detail: "the moon is full").description
        == "cannot open IPVS in this network namespace: the moon is full (Cannot allocate memory, errno 12)")
  }

  /// The operations that have a name here.
  @Test(
    arguments: [
      ("open", .open), ("list-namespaces", .listNamespaces), ("look-for-use", .lookForUse),
      ("read-connections", .readConnections), ("read-services", .readServices), ("read-daemons", .readDaemons),
      ("read-timeouts", .readTimeouts), ("set-timeouts", .setTimeouts), ("start-daemon", .startDaemon),
      ("stop-daemon", .stopDaemon), ("renew-connections", .renewConnections),
    ] as [(String, IPVSError.Operation)])
  func `finds an operation by its name`(name: String, operation: IPVSError.Operation) {
    #expect(operation.rawValue == name)
    #expect(IPVSError.Operation(rawValue: name) == operation)
    #expect(IPVSError.Operation(rawValue: name).description == operation.description)
  }

  @Test func `describes an operation of a later version by its name`() {
    #expect(
      IPVSError(.refused, .init(rawValue: "read-the-stars")).description
        == "cannot read the stars in this network namespace: the system refused")
  }

  /// Whether a change may have been made although it failed.
  @Test(
    arguments: [
      (.timedOut, .setTimeouts, Timeouts(udp: 5), true), (.truncatedReply, .setTimeouts, Timeouts(udp: 5), true),
      (.answerLost, .setTimeouts, Timeouts(udp: 5), true),
      (.unexpectedReply, .setTimeouts, Timeouts(udp: 5), true), (.valueRefused, .setTimeouts, Timeouts(udp: 5), false),
      (.notRoot, .setTimeouts, Timeouts(udp: 5), false), (.refused, .readTimeouts, Timeouts(udp: 5), true),
      (.timedOut, .readTimeouts, nil, false),
    ] as [(IPVSError.Code, IPVSError.Operation, Timeouts?, Bool)])
  func `knows whether the timeouts may have been set`(
    code: IPVSError.Code, operation: IPVSError.Operation, timeouts: Timeouts?, mayBeSet: Bool
  ) {
    #expect(IPVSError(code, operation, sending: timeouts).mayHaveSetTimeouts == mayBeSet)
  }

  @Test func `quotes libnl if libnl failed`() {
    #expect(
      IPVSError(.library, .open, detail: "Out of memory").description
        == "cannot open IPVS in this network namespace: libnl failed (Out of memory), which is a bug")
  }

  @Test func `the table has every code`() {
    let codes: Set<IPVSError.Code> = [
      .notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled, .unloaded,
      .notRoot, .missingCapability, .userNamespace, .foreignNamespace, .noSuchNamespace, .notANamespace, .mayNotEnter,
      .valueRefused, .refused, .timedOut, .answerLost,
      .truncatedReply, .unexpectedReply, .library,
    ]
    #expect(Set(Self.reasons.map(\.0)) == codes)
    #expect(
      Set(codes.map(\.rawValue)) == [
        "not-in-kernel", "modules-not-visible", "module-not-loaded", "module-loading-disabled", "unloaded",
        "not-root", "missing-capability", "user-namespace", "foreign-namespace", "no-such-namespace",
        "not-a-namespace", "may-not-enter",
        "value-refused", "refused", "timed-out", "answer-lost", "truncated-reply", "unexpected-reply", "library",
      ])
  }

  /// The absence of IPVS is found when it is opened, and the other reasons with the longest attempt.
  @Test(arguments: reasons)
  func `has at most 160 characters`(code: IPVSError.Code, errno: Errno?, reason: String) {
    let absence: [IPVSError.Code] = [.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled]
    let error =
      absence.contains(code)
      ? IPVSError(code, .open, errno: errno)
      : IPVSError(code, .setTimeouts, sending: Timeouts(tcp: 600, tcpFin: 300, udp: 600), errno: errno)
    #expect(error.description.count <= 160, "\(error)")
  }

  @Test(arguments: reasons)
  func `is one line without a full stop`(code: IPVSError.Code, errno: Errno?, reason: String) {
    let sentence = IPVSError(code, .open, errno: errno).description
    #expect(sentence.last != ".")
    #expect(sentence.split(whereSeparator: \.isNewline).count == 1)
  }
}
