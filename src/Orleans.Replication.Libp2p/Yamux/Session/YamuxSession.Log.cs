using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>What the session logs. Never payload.</summary>
internal sealed partial class YamuxSession
{
    [LoggerMessage(3001, LogLevel.Warning, "The peer broke the yamux protocol; the session ends: {Problem}")]
    private partial void LogProtocolError(string problem);

    [LoggerMessage(3002, LogLevel.Debug, "The yamux session ended with {StreamCount} streams open")]
    private partial void LogEnded(Exception? error, int streamCount);

    [LoggerMessage(3003, LogLevel.Debug, "Inbound stream {StreamId} was refused: too many are open or wait to be accepted")]
    private partial void LogRefused(uint streamId);

    [LoggerMessage(3004, LogLevel.Warning, "Stream {StreamId} is reset: its reader wants more than {Bytes} bytes at once, but its window cannot grow further")]
    internal partial void LogMessageTooLarge(uint streamId, long bytes);

    [LoggerMessage(3005, LogLevel.Error, "A callback on the end of a stream or session failed")]
    private partial void LogCallbackFailed(Exception error);

    [LoggerMessage(3006, LogLevel.Debug, "The transport of an ended yamux session could not be released")]
    private partial void LogReleaseFailed(Exception error);
}
