namespace Orleans.Replication.Libp2p.Tests.Interop;

/// <summary>What js-libp2p says when a command fails: the name of its error and the message.</summary>
public sealed class JsPeerException(string message) : Exception(message);
