// SPDX-License-Identifier: Apache-2.0

/// A setting of the kernel (a sysctl) that has to do with how connections end, by its name.
public enum KernelSetting: String, CaseIterable, Sendable {
  /// After how many idle seconds a socket with keep-alive asks its peer.
  case tcpKeepaliveTime = "net.ipv4.tcp_keepalive_time"
  /// From which port to which the kernel gives one to a socket that connects.
  case localPortRange = "net.ipv4.ip_local_port_range"
  /// The ports of that range that it does not give.
  case localReservedPorts = "net.ipv4.ip_local_reserved_ports"
  /// For how many seconds a socket that no program has any more stays in FIN_WAIT2.
  case tcpFinTimeout = "net.ipv4.tcp_fin_timeout"
  /// How many sockets may be in TIME_WAIT.
  case tcpMaxTimeWaitBuckets = "net.ipv4.tcp_max_tw_buckets"
  /// Whether a flood of requests for connections is answered without keeping anything.
  case tcpSyncookies = "net.ipv4.tcp_syncookies"
  /// Whether packets carry the time.
  case tcpTimestamps = "net.ipv4.tcp_timestamps"
  /// Whether sockets in TIME_WAIT were ended early, in kernels before 4.12.
  case tcpTimeWaitRecycle = "net.ipv4.tcp_tw_recycle"
  /// Whether a socket that connects may take the port of one in TIME_WAIT.
  case tcpTimeWaitReuse = "net.ipv4.tcp_tw_reuse"
}
