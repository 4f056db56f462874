/*
 * SPDX-FileCopyrightText: The kamailio-binrpc authors
 * SPDX-License-Identifier: MIT
 *
 * The compiled twin of core/decoder.py.
 *
 * It reads well-formed records. Whenever the Python decoder would raise or note an anomaly,
 * or was called in a way this file does not know, it drops what it has built and calls the
 * Python decoder with the same arguments: errors exist once, and are equal by construction.
 * That costs at most what the message would have cost without this file, since the Python
 * decoder obeys the same limits.
 *
 * Values gather on one stack. An end mark turns the topmost of them into a list of just the
 * right size, so lists never grow, and the cyclic collector does not see half-built ones.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>
#include <structmember.h>

enum { INT, STR, DOUBLE, STRUCT, ARRAY, AVP, BYTES };

/* What decoding came to; the last two leave no result. */
typedef enum { DONE, ASK_PYTHON, FAILED } Outcome;

typedef struct {
    PyObject *decoder; /* the module core.decoder */
    PyTypeObject *struct_type;
    Py_ssize_t flat_offset; /* of the slot Struct._flat */
    Py_ssize_t max_depth, max_records;
} State;

typedef struct {
    const uint8_t *data;
    Py_ssize_t start, end;
    int is_unsigned, wants_anomalies;
    Py_ssize_t max_depth, max_records;
} Arguments;

/* A name met before in this message; "raw" points into the message. */
typedef struct {
    const uint8_t *raw;
    Py_ssize_t size;
    PyObject *text;
} Name;

/* An open struct or array, and where its values begin on the stack. */
typedef struct {
    Py_ssize_t first;
    int kind;
} Frame;

enum { NAMES = 256, NAME_PROBES = 4, FIRST_VALUES = 128, FIRST_FRAMES = 16 };

typedef struct {
    const State *state;
    PyObject **values;
    Py_ssize_t count, value_room;
    Frame *frames;
    Py_ssize_t depth, frame_room;
    int has_names; /* the table is in use; before that it is not even cleared */
    PyObject *first_values[FIRST_VALUES];
    Frame first_frames[FIRST_FRAMES];
    Name names[NAMES];
} Work;

/* ---- memory ---------------------------------------------------------------------------- */

/* Double an array of *room items that starts out as a part of Work. */
static void *
grow(void *items, const void *first, Py_ssize_t *room, size_t item_size)
{
    if ((size_t)*room > PY_SSIZE_T_MAX / 2 / item_size) {
        return PyErr_NoMemory();
    }
    size_t old_size = (size_t)*room * item_size;
    void *bigger = PyMem_Realloc(items == first ? NULL : items, old_size * 2);
    if (bigger == NULL) {
        return PyErr_NoMemory();
    }
    if (items == first) {
        memcpy(bigger, first, old_size);
    }
    *room *= 2;
    return bigger;
}

/* Put a new value, whose reference is taken over, on the stack; NULL is a failure already. */
static inline int
push(Work *work, PyObject *value)
{
    if (value == NULL) {
        return -1;
    }
    if (work->count == work->value_room) {
        void *bigger =
            grow(work->values, work->first_values, &work->value_room, sizeof(PyObject *));
        if (bigger == NULL) {
            Py_DECREF(value);
            return -1;
        }
        work->values = bigger;
    }
    work->values[work->count++] = value;
    return 0;
}

static int
open_frame(Work *work, int kind)
{
    if (work->depth == work->frame_room) {
        void *bigger = grow(work->frames, work->first_frames, &work->frame_room, sizeof(Frame));
        if (bigger == NULL) {
            return -1;
        }
        work->frames = bigger;
    }
    work->frames[work->depth++] = (Frame){work->count, kind};
    return 0;
}

/* Move the values from "first" up into a new list. */
static PyObject *
pop_list(Work *work, Py_ssize_t first)
{
    Py_ssize_t size = work->count - first;
    PyObject *list = PyList_New(size);
    if (list == NULL) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        PyList_SET_ITEM(list, i, work->values[first + i]);
    }
    work->count = first;
    return list;
}

/* Turn what the innermost struct or array holds into one value. */
static int
close_frame(Work *work)
{
    Frame frame = work->frames[--work->depth];
    PyObject *list = pop_list(work, frame.first);
    if (list == NULL || frame.kind == ARRAY) {
        return push(work, list);
    }
    /* As Struct.__new__ does; __init__ would copy the list. */
    PyTypeObject *type = work->state->struct_type;
    PyObject *object = type->tp_alloc(type, 0);
    if (object == NULL) {
        Py_DECREF(list);
        return -1;
    }
    *(PyObject **)((char *)object + work->state->flat_offset) = list;
    return push(work, object);
}

static void
release(Work *work)
{
    while (work->count > 0) {
        Py_DECREF(work->values[--work->count]);
    }
    if (work->values != work->first_values) {
        PyMem_Free(work->values);
    }
    if (work->frames != work->first_frames) {
        PyMem_Free(work->frames);
    }
    if (work->has_names) {
        for (int i = 0; i < NAMES; i++) {
            Py_XDECREF(work->names[i].text);
        }
    }
}

/* ---- parts of records ------------------------------------------------------------------ */

/*
 * Read how many bytes a value has: 0-7 from the header, or from length bytes after it, of
 * which the reference reader keeps the low 32 bits. False where the Python decoder raises.
 */
static inline int
read_size(uint8_t head, const uint8_t **pos, const uint8_t *end, Py_ssize_t *size)
{
    int inline_size = head >> 4 & 7;
    if (head < 0x80) {
        *size = inline_size;
    }
    else {
        uint32_t length = 0;
        if (inline_size > end - *pos) {
            return 0;
        }
        while (inline_size-- > 0) {
            length = length << 8 | *(*pos)++;
        }
        if (length > INT32_MAX) {
            return 0;
        }
        *size = (Py_ssize_t)length;
    }
    return *size <= end - *pos;
}

static inline uint64_t
load_word(const uint8_t *raw)
{
    uint64_t word;
    memcpy(&word, raw, sizeof(word));
    return word;
}

static inline int
is_ascii(const uint8_t *raw, Py_ssize_t size)
{
    uint64_t bits = 0;
    for (; size >= 8; raw += 8, size -= 8) {
        bits |= load_word(raw);
    }
    for (; size > 0; raw++, size--) {
        bits |= *raw;
    }
    return (bits & UINT64_C(0x8080808080808080)) == 0;
}

static inline PyObject *
new_text(const uint8_t *raw, Py_ssize_t size)
{
    /* Python keeps one object for each text of 0 or 1 characters. */
    if (size < 2 || !is_ascii(raw, size)) {
        return PyUnicode_DecodeUTF8((const char *)raw, size, "surrogateescape");
    }
    PyObject *text = PyUnicode_New(size, 127);
    if (text != NULL) {
        memcpy(PyUnicode_1BYTE_DATA(text), raw, (size_t)size);
    }
    return text;
}

/* The size of a name and the bytes at its ends tell most names apart. */
static inline size_t
name_slot(const uint8_t *raw, Py_ssize_t size)
{
    uint64_t hash = (uint64_t)size;
    if (size >= 8) {
        hash ^= load_word(raw) ^ load_word(raw + size - 8) * UINT64_C(0x9E3779B97F4A7C15);
    }
    else {
        for (Py_ssize_t i = 0; i < size; i++) {
            hash = hash << 8 ^ raw[i];
        }
    }
    return (size_t)(hash * UINT64_C(0xFF51AFD7ED558CCD) >> 56);
}

/*
 * Return the text of a name, the same object each time it occurs. The table forgets rather
 * than grows, so many different names cost no more than many strings.
 */
static PyObject *
name_text(Work *work, const uint8_t *raw, Py_ssize_t size)
{
    if (!work->has_names) {
        memset(work->names, 0, sizeof(work->names));
        work->has_names = 1;
    }
    size_t first = name_slot(raw, size);
    Name *slot = NULL;
    for (size_t i = 0; i < NAME_PROBES; i++) {
        slot = &work->names[(first + i) % NAMES];
        if (slot->text == NULL) {
            break;
        }
        if (slot->size == size && memcmp(slot->raw, raw, (size_t)size) == 0) {
            return Py_NewRef(slot->text);
        }
    }
    PyObject *text = new_text(raw, size > 0 ? size - 1 : 0);
    if (text != NULL) {
        Py_XDECREF(slot->text);
        *slot = (Name){raw, size, Py_NewRef(text)};
    }
    return text;
}

static PyObject *
new_int(const uint8_t *raw, Py_ssize_t size, int is_unsigned)
{
    uint32_t bits = 0;
    for (Py_ssize_t i = size > 4 ? size - 4 : 0; i < size; i++) {
        bits = bits << 8 | raw[i];
    }
    if (bits > INT32_MAX && !is_unsigned) {
        return PyLong_FromLongLong((long long)bits - INT64_C(0x100000000));
    }
    return PyLong_FromUnsignedLong(bits);
}

static PyObject *
new_double(const Work *work, const uint8_t *raw, Py_ssize_t size)
{
    uint64_t bits = 0;
    int64_t fixed;
    for (Py_ssize_t i = size > 8 ? size - 8 : 0; i < size; i++) {
        bits = bits << 8 | raw[i];
    }
    memcpy(&fixed, &bits, sizeof(fixed));
    if (-INT64_C(0x4000000000000) < fixed && fixed < INT64_C(0x4000000000000)) {
        return PyFloat_FromDouble((double)fixed / 1000);
    }
    /* Beyond what a float holds exactly it may become a Fixed, which the core decides. */
    return PyObject_CallMethod(work->state->decoder, "fixed_to_float", "L", (long long)fixed);
}

/* ---- the loop -------------------------------------------------------------------------- */

#define PUSH(value)                                                                            \
    do {                                                                                       \
        if (push(work, (value)) < 0) {                                                         \
            return FAILED;                                                                     \
        }                                                                                      \
    } while (0)

/* Read all records onto the stack. The order of the checks is free: one failed is enough. */
static Outcome
read_records(Work *work, const Arguments *given)
{
    const uint8_t *pos = given->data + given->start;
    const uint8_t *end = given->data + given->end;
    Py_ssize_t left = given->max_records;
    Py_ssize_t size;
    int in_struct = 0;

    while (pos < end) {
        if (left-- <= 0) {
            return ASK_PYTHON;
        }
        uint8_t head = *pos++;
        int kind = head & 15;

        if (kind == AVP) {
            /* The value's header must follow, so a name never reaches the end. */
            if (!in_struct || !read_size(head, &pos, end, &size) || size == end - pos) {
                return ASK_PYTHON;
            }
            if (given->wants_anomalies && (size == 0 || pos[size - 1] != 0)) {
                return ASK_PYTHON;
            }
            PUSH(name_text(work, pos, size));
            pos += size;
            head = *pos++;
            kind = head & 15;
            if (kind == AVP || kind == ARRAY || (kind == STRUCT && head >= 0x80)) {
                return ASK_PYTHON;
            }
        }
        else if (in_struct && (kind != STRUCT || head < 0x80)) {
            PUSH(Py_NewRef(Py_None)); /* a member without a name */
        }

        if (kind == STRUCT || kind == ARRAY) {
            if (head < 0x80) {
                if (head & 0x70 || work->depth >= given->max_depth) {
                    return ASK_PYTHON;
                }
                if (open_frame(work, kind) < 0) {
                    return FAILED;
                }
            }
            else {
                if (work->depth == 0 || work->frames[work->depth - 1].kind != kind) {
                    return ASK_PYTHON;
                }
                /* An end mark may carry a length, which is checked and not used. */
                if (!read_size(head, &pos, end, &size)) {
                    return ASK_PYTHON;
                }
                if (close_frame(work) < 0) {
                    return FAILED;
                }
            }
            in_struct = work->depth > 0 && work->frames[work->depth - 1].kind == STRUCT;
            continue;
        }

        if (kind == DOUBLE) {
            size = head >> 4; /* no S bit: the whole nibble is the size */
            if (size > end - pos) {
                return ASK_PYTHON;
            }
        }
        else if (!read_size(head, &pos, end, &size)) {
            return ASK_PYTHON;
        }
        switch (kind) {
        case STR:
            if (given->wants_anomalies && (size == 0 || pos[size - 1] != 0)) {
                return ASK_PYTHON;
            }
            PUSH(new_text(pos, size > 0 ? size - 1 : 0));
            break;
        case INT:
            PUSH(new_int(pos, size, given->is_unsigned));
            break;
        case DOUBLE:
            PUSH(new_double(work, pos, size));
            break;
        case BYTES:
            PUSH(PyBytes_FromStringAndSize((const char *)pos, size));
            break;
        default:
            return ASK_PYTHON;
        }
        pos += size;
    }
    return work->depth == 0 ? DONE : ASK_PYTHON;
}

/* ---- the call -------------------------------------------------------------------------- */

static int
as_size(PyObject *object, Py_ssize_t *size)
{
    if (object != NULL) {
        *size = PyLong_Check(object) ? PyLong_AsSsize_t(object) : -1;
    }
    return *size >= 0;
}

/* Take the arguments apart. False, perhaps with an exception set, for those of no ordinary call. */
static int
read_arguments(
    const State *state, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
    Arguments *given)
{
    static const char *const names[] = {"data",        "start",     "end",
                                        "unsigned",    "max_depth", "max_records",
                                        "anomalies"};
    PyObject *found[7] = {NULL};
    if (nargs > 3) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < nargs; i++) {
        found[i] = args[i];
    }
    for (Py_ssize_t i = 0; kwnames != NULL && i < PyTuple_GET_SIZE(kwnames); i++) {
        PyObject *name = PyTuple_GET_ITEM(kwnames, i);
        int at = 0;
        while (at < 7 && PyUnicode_CompareWithASCIIString(name, names[at]) != 0) {
            at++;
        }
        if (at == 7 || found[at] != NULL) {
            return 0;
        }
        found[at] = args[nargs + i];
    }

    PyObject *data = found[0];
    if (data == NULL || !PyBytes_CheckExact(data)) {
        return 0;
    }
    given->data = (const uint8_t *)PyBytes_AS_STRING(data);
    given->start = 0;
    given->end = PyBytes_GET_SIZE(data);
    given->max_depth = state->max_depth;
    given->max_records = state->max_records;
    given->is_unsigned = found[3] == NULL ? 0 : PyObject_IsTrue(found[3]);
    given->wants_anomalies = found[6] != NULL && found[6] != Py_None;
    return as_size(found[1], &given->start)
           && as_size(found[2] == Py_None ? NULL : found[2], &given->end)
           && given->start <= given->end && given->end <= PyBytes_GET_SIZE(data)
           && as_size(found[4], &given->max_depth) && as_size(found[5], &given->max_records)
           && given->is_unsigned >= 0;
}

static PyObject *
ask_python(const State *state, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *function = PyObject_GetAttrString(state->decoder, "decode_records");
    if (function == NULL) {
        return NULL;
    }
    PyObject *values = PyObject_Vectorcall(function, args, (size_t)nargs, kwnames);
    Py_DECREF(function);
    return values;
}

static PyObject *
decode_records(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    const State *state = PyModule_GetState(module);
    Arguments given;
    if (!read_arguments(state, args, nargs, kwnames, &given)) {
        PyErr_Clear();
        return ask_python(state, args, nargs, kwnames);
    }

    Work work; /* not cleared: the tables in it are larger than most messages */
    work.state = state;
    work.values = work.first_values;
    work.frames = work.first_frames;
    work.value_room = FIRST_VALUES;
    work.frame_room = FIRST_FRAMES;
    work.count = work.depth = 0;
    work.has_names = 0;

    PyObject *values = NULL;
    Outcome outcome = read_records(&work, &given);
    if (outcome == DONE) {
        values = pop_list(&work, 0);
    }
    release(&work);
    return outcome == ASK_PYTHON ? ask_python(state, args, nargs, kwnames) : values;
}

/* ---- the module ------------------------------------------------------------------------ */

PyDoc_STRVAR(
    decode_records_doc,
    "decode_records($module, data, start=0, end=None, *, unsigned=False, max_depth=64,\n"
    "               max_records=2000000, anomalies=None)\n--\n\n"
    "What kamailio_binrpc.core.decoder.decode_records does, compiled.");

/* Find out where a Struct keeps its list. Anything unexpected makes the import fail. */
static int
find_flat(State *state)
{
    PyObject *slot = PyObject_GetAttrString((PyObject *)state->struct_type, "_flat");
    if (slot == NULL) {
        return -1;
    }
    int fits = Py_IS_TYPE(slot, &PyMemberDescr_Type)
               && PyDescr_TYPE(slot) == state->struct_type
               && ((PyMemberDescrObject *)slot)->d_member->type == T_OBJECT_EX;
    if (fits) {
        state->flat_offset = ((PyMemberDescrObject *)slot)->d_member->offset;
    }
    else {
        PyErr_SetString(PyExc_ImportError, "Struct._flat is not a plain slot");
    }
    Py_DECREF(slot);
    return fits ? 0 : -1;
}

static PyObject *
import_attribute(const char *module_name, const char *name)
{
    PyObject *module = PyImport_ImportModule(module_name);
    if (module == NULL) {
        return NULL;
    }
    PyObject *value = PyObject_GetAttrString(module, name);
    Py_DECREF(module);
    return value;
}

static int
import_limit(const char *name, Py_ssize_t *limit)
{
    PyObject *value = import_attribute("kamailio_binrpc.core.wire", name);
    if (value == NULL) {
        return -1;
    }
    *limit = PyLong_AsSsize_t(value);
    Py_DECREF(value);
    return *limit == -1 && PyErr_Occurred() ? -1 : 0;
}

static int
module_exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->decoder = PyImport_ImportModule("kamailio_binrpc.core.decoder");
    PyObject *type = import_attribute("kamailio_binrpc.core.values", "Struct");
    if (state->decoder == NULL || type == NULL || !PyType_Check(type)) {
        Py_XDECREF(type);
        return -1;
    }
    state->struct_type = (PyTypeObject *)type;
    if (import_limit("MAX_DEPTH", &state->max_depth) < 0
        || import_limit("MAX_RECORDS", &state->max_records) < 0) {
        return -1;
    }
    return find_flat(state);
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->decoder);
    Py_VISIT(state->struct_type);
    return 0;
}

static int
module_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->decoder);
    Py_CLEAR(state->struct_type);
    return 0;
}

static void
module_free(void *module)
{
    module_clear(module);
}

static PyMethodDef methods[] = {
    {"decode_records", (PyCFunction)(void (*)(void))decode_records,
     METH_FASTCALL | METH_KEYWORDS, decode_records_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_MOD_PER_INTERPRETER_GIL_SUPPORTED
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "kamailio_binrpc._speedups",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC
PyInit__speedups(void)
{
    return PyModuleDef_Init(&definition);
}
