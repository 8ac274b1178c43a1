using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Engine;

/// <summary>
/// What the engine logs, at the level that it has for an operator of a group: each step of an election is news to the engine's developers, and a
/// member that lags for some milliseconds is no warning. Only its errors keep their level; what matters besides is logged by the group.
/// </summary>
internal sealed class EngineLogger(ILogger inner) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(Demote(logLevel));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var demoted = Demote(logLevel);
        inner.Log(demoted, eventId, state, exception, formatter);
    }

    private static LogLevel Demote(LogLevel level) => level is LogLevel.Information or LogLevel.Warning ? LogLevel.Debug : level;
}
