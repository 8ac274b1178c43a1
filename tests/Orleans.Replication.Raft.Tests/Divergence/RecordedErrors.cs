using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>Keeps what is logged as an error.</summary>
internal sealed class RecordedErrors : ILoggerFactory, ILogger
{
    public ConcurrentQueue<string> Messages { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel == LogLevel.Error)
            Messages.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
