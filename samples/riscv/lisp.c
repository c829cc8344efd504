/* A small Lisp: numbers, symbols, lists, lambda with lexical scope. Runs the programs at the end and prints what they
   come to. Nothing is freed: a run is short, and its memory goes with it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NUMBER, SYMBOL, PAIR, PRIMITIVE, LAMBDA };

struct value;
typedef struct value *value;

struct value {
    enum kind kind;
    long number;       /* of a number, or which primitive */
    const char *name;  /* of a symbol */
    value first, rest; /* of a pair; of a lambda: parameters with body, and scope */
};

static value symbols, quote_symbol, if_symbol, lambda_symbol, define_symbol, true_symbol, globals;
static const char *text;

static value make(enum kind kind, value first, value rest)
{
    value v = calloc(1, sizeof *v);
    if (v == NULL) {
        printf("out of memory\n");
        exit(1);
    }
    v->kind = kind;
    v->first = first;
    v->rest = rest;
    return v;
}

static value pair(value first, value rest)
{
    return make(PAIR, first, rest);
}

static value number(long n)
{
    value v = make(NUMBER, NULL, NULL);
    v->number = n;
    return v;
}

static value symbol(const char *name, size_t length)
{
    for (value s = symbols; s != NULL; s = s->rest) {
        if (strlen(s->first->name) == length && memcmp(s->first->name, name, length) == 0) {
            return s->first;
        }
    }
    value v = make(SYMBOL, NULL, NULL);
    char *copy = malloc(length + 1);
    memcpy(copy, name, length);
    copy[length] = 0;
    v->name = copy;
    symbols = pair(v, symbols);
    return v;
}

static value named(const char *name)
{
    return symbol(name, strlen(name));
}

static void skip(void)
{
    while (isspace((unsigned char)*text)) {
        text++;
    }
}

static value read_value(void);

static value read_list(void)
{
    skip();
    if (*text == ')' || *text == 0) {
        text += *text != 0;
        return NULL;
    }
    value first = read_value();
    return pair(first, read_list());
}

static value read_value(void)
{
    skip();
    if (*text == '(') {
        text++;
        return read_list();
    }
    if (*text == '\'') {
        text++;
        return pair(quote_symbol, pair(read_value(), NULL));
    }
    const char *start = text;
    while (*text && !isspace((unsigned char)*text) && *text != '(' && *text != ')') {
        text++;
    }
    if (isdigit((unsigned char)*start) || (*start == '-' && isdigit((unsigned char)start[1]))) {
        return number(strtol(start, NULL, 10));
    }
    return symbol(start, (size_t)(text - start));
}

static void print(value v)
{
    if (v == NULL) {
        printf("()");
    } else if (v->kind == NUMBER) {
        printf("%ld", v->number);
    } else if (v->kind == SYMBOL) {
        printf("%s", v->name);
    } else if (v->kind == PAIR) {
        printf("(");
        for (; v != NULL; v = v->rest) {
            print(v->first);
            printf(v->rest == NULL ? ")" : " ");
        }
    } else {
        printf("<procedure>");
    }
}

static const char *const primitives[] = { "+", "-", "*", "/", "<", "=", "cons", "car", "cdr", "null" };

static value truth(int is)
{
    return is ? true_symbol : NULL;
}

static value apply_primitive(long which, value arguments)
{
    value a = arguments->first, b = arguments->rest == NULL ? NULL : arguments->rest->first;
    switch (which) {
    case 0: return number(a->number + b->number);
    case 1: return number(a->number - b->number);
    case 2: return number(a->number * b->number);
    case 3: return number(a->number / b->number);
    case 4: return truth(a->number < b->number);
    case 5: return truth(a->number == b->number);
    case 6: return pair(a, b);
    case 7: return a->first;
    case 8: return a->rest;
    default: return truth(a == NULL);
    }
}

static value find(value name, value scope)
{
    for (value s = scope; s != NULL; s = s->rest) {
        if (s->first->first == name) {
            return s->first;
        }
    }
    for (value s = globals; s != NULL; s = s->rest) {
        if (s->first->first == name) {
            return s->first;
        }
    }
    printf("unknown: %s\n", name->name);
    exit(1);
}

static value evaluate(value v, value scope)
{
    while (v != NULL && v->kind != NUMBER) {
        if (v->kind == SYMBOL) {
            return find(v, scope)->rest;
        }
        value head = v->first;
        if (head == quote_symbol) {
            return v->rest->first;
        }
        if (head == if_symbol) {
            value test = evaluate(v->rest->first, scope);
            v = test != NULL ? v->rest->rest->first : v->rest->rest->rest->first;
            continue;
        }
        if (head == lambda_symbol) {
            return make(LAMBDA, v->rest, scope);
        }
        if (head == define_symbol) {
            globals = pair(pair(v->rest->first, NULL), globals);
            globals->first->rest = evaluate(v->rest->rest->first, scope);
            return v->rest->first;
        }
        value procedure = evaluate(head, scope), arguments = NULL, *end = &arguments;
        for (value a = v->rest; a != NULL; a = a->rest) {
            *end = pair(evaluate(a->first, scope), NULL);
            end = &(*end)->rest;
        }
        if (procedure->kind == PRIMITIVE) {
            return apply_primitive(procedure->number, arguments);
        }
        scope = procedure->rest;
        for (value p = procedure->first->first; p != NULL; p = p->rest, arguments = arguments->rest) {
            scope = pair(pair(p->first, arguments->first), scope);
        }
        v = procedure->first->rest->first;
    }
    return v;
}

static const char program[] =
    "(define map (lambda (f l) (if (null l) l (cons (f (car l)) (map f (cdr l))))))"
    "(define range (lambda (a b) (if (< a b) (cons a (range (+ a 1) b)) '())))"
    "(define fib (lambda (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
    "(map fib (range 0 16))"
    "(define compose (lambda (f g) (lambda (x) (f (g x)))))"
    "((compose (lambda (x) (* x x)) fib) 10)"
    "(define fold (lambda (f a l) (if (null l) a (fold f (f a (car l)) (cdr l)))))"
    "(fold + 0 (map (lambda (x) (* x x)) (range 1 101)))"
    "'(the end)";

int main(void)
{
    quote_symbol = named("quote");
    if_symbol = named("if");
    lambda_symbol = named("lambda");
    define_symbol = named("define");
    true_symbol = named("t");
    globals = pair(pair(true_symbol, true_symbol), NULL);
    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++) {
        value p = make(PRIMITIVE, NULL, NULL);
        p->number = (long)i;
        globals = pair(pair(named(primitives[i]), p), globals);
    }
    text = program;
    for (skip(); *text != 0; skip()) {
        print(evaluate(read_value(), NULL));
        printf("\n");
    }
    return 0;
}
