using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Orleans.Replication.Analyzers;

/// <summary>ORPL0006: gives the invariant culture to <c>ToString</c>, <c>Parse</c> and the like, where they can be given it as one argument more.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(InvariantCultureFix)), Shared]
public sealed class InvariantCultureFix : CodeFixProvider
{
    private const string Title = "Use CultureInfo.InvariantCulture";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["ORPL0006"];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        if (root?.FindNode(context.Span, getInnermostNodeForTie: true) is not InvocationExpressionSyntax call)
            return;
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model?.GetSymbolInfo(call, context.CancellationToken).Symbol is not IMethodSymbol method || !HasOverload(method))
            return;
        var culture = SyntaxFactory.Argument(SyntaxFactory.ParseExpression("CultureInfo.InvariantCulture"));
        var arguments = call.ArgumentList.Arguments.Count == 0
            ? call.ArgumentList.AddArguments(culture)
            : call.ArgumentList.WithArguments(call.ArgumentList.Arguments.Add(culture.WithLeadingTrivia(SyntaxFactory.Space)));
        var fixedRoot = Usings.Add(root.ReplaceNode(call, call.WithArgumentList(arguments)), model, call.SpanStart, "System.Globalization", "CultureInfo");
        context.RegisterCodeFix(
            CodeAction.Create(Title, _ => Task.FromResult(context.Document.WithSyntaxRoot(fixedRoot)), nameof(InvariantCultureFix)),
            context.Diagnostics);
    }

    /// <summary>Whether there is the same method with a format provider behind the other parameters.</summary>
    private static bool HasOverload(IMethodSymbol method) => method.ContainingType.GetMembers(method.Name).OfType<IMethodSymbol>().Any(other =>
        other.Parameters.Length == method.Parameters.Length + 1
        && other.Parameters[method.Parameters.Length].Type.Name == nameof(IFormatProvider)
        && other.Parameters.Take(method.Parameters.Length).Select(parameter => parameter.Type)
            .SequenceEqual(method.Parameters.Select(parameter => parameter.Type), SymbolEqualityComparer.Default));
}
