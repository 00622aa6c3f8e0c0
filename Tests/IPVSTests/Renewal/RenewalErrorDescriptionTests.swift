// SPDX-License-Identifier: Apache-2.0

import SystemPackage
import Testing

@testable import IPVS

/// The sentences about a renewal that failed: the whole text.
@Suite struct RenewalErrorDescriptionTests {
  static let sentences: [(IPVSError.Code, IPVSError.Operation, Errno?, String)] = [
    (
      .backupDaemonRuns, .startDaemon, nil,
      "cannot renew connections in this network namespace: a backup sync daemon runs, so the connections belong to"
        + " another director"
    ),
    // The daemon was started between the check and the request.
    (
      .backupDaemonRuns, .startDaemon, .fileExists,
      "cannot renew connections in this network namespace: a backup sync daemon runs, so the connections belong to"
        + " another director (File exists, errno 17)"
    ),
    (
      .renewalDaemonRuns, .startDaemon, nil,
      "cannot renew connections in this network namespace: the backup sync daemon of another renewal runs on the"
        + " loopback interface"
    ),
    (
      .backupOnly, .startDaemon, nil,
      "cannot renew connections in this network namespace: net.ipv4.vs.backup_only is set, so this director would"
        + " forward nothing during the renewal"
    ),
    (
      .loopbackDown, .startDaemon, nil,
      "cannot renew connections in this network namespace: the loopback interface is down"
    ),
    (
      .mixedAddressFamilies, .startDaemon, .invalidArgument,
      "cannot renew connections in this network namespace: real servers have addresses of another family, so no sync"
        + " daemon can start (Invalid argument, errno 22)"
    ),
    (
      .messagesLost, .renewConnections, nil,
      "cannot renew connections in this network namespace: its messages do not arrive on the loopback interface"
    ),
    (
      .timeoutsChanged, .renewConnections, nil,
      "cannot renew connections in this network namespace: another program changed the timeouts at the same time"
    ),
    (
      .refused, .renewConnections, .noBufferSpace,
      "cannot renew connections in this network namespace: the receive buffer of the kernel's daemon is too small (No"
        + " buffer space available, errno 105)"
    ),
    (
      .refused, .renewConnections, .noSuchProcess,
      "cannot renew connections in this network namespace: another program stopped the backup daemon of the renewal (No"
        + " such process, errno 3)"
    ),
    (
      .refused, .renewConnections, .noMemory,
      "cannot renew connections in this network namespace: the system refused (Cannot allocate memory, errno 12)"
    ),
    (
      .refused, .startDaemon, .noBufferSpace,
      "cannot renew connections in this network namespace: the system refused (No buffer space available, errno 105)"
    ),
    (
      .timedOut, .stopDaemon, nil,
      "cannot stop the backup daemon of the renewal in this network namespace: the kernel did not answer in time"
    ),
  ]

  @Test(arguments: sentences)
  func `says what failed, where and why`(
    code: IPVSError.Code, operation: IPVSError.Operation, errno: Errno?, sentence: String
  ) {
    let error = IPVSError(code, operation, errno: errno)
    #expect(error.description == sentence)
    #expect(error.description.count <= 160)
    #expect(!error.mayHaveSetTimeouts)
  }

  @Test(
    arguments: [
      (.backupDaemonRuns, "backup-daemon-runs"), (.renewalDaemonRuns, "renewal-daemon-runs"),
      (.backupOnly, "backup-only"), (.loopbackDown, "loopback-down"),
      (.mixedAddressFamilies, "mixed-address-families"), (.messagesLost, "messages-lost"),
      (.timeoutsChanged, "timeouts-changed"),
    ] as [(IPVSError.Code, String)])
  func `each kind has a name`(code: IPVSError.Code, name: String) {
    #expect(code.rawValue == name)
    #expect(Self.sentences.contains { $0.0 == code })
  }
}
