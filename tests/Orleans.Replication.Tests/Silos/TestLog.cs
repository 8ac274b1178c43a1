using Microsoft.Extensions.Logging;

namespace Orleans.Replication.Tests.Silos;

/// <summary>Puts what silos warn about beside the result of the test that runs.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    private readonly string _category;

    private TestLog(string category) => _category = category;

    public static TestLog Instance { get; } = new(string.Empty);

    public ILogger CreateLogger(string categoryName) => new TestLog(categoryName);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) =>
        logLevel >= LogLevel.Warning || (logLevel == LogLevel.Information && _category.StartsWith("Orleans.Replication", StringComparison.Ordinal));

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            TestContext.Current.TestOutputHelper?.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} {logLevel} {_category}: {formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
